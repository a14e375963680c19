// SPDX-License-Identifier: Apache-2.0
// The resources of this machine and of this process, as the system reports them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace murmur::run {

struct Machine {
  std::string processor;             // model name, or the architecture
  std::string features;              // of the processor: libraries choose code paths by them
  int cores = 1;                     // hardware threads of the machine
  int usable_cores = 1;              // those that this process may run on
  std::int64_t memory_bytes = 0;     // 0: unknown
  std::int64_t available_bytes = 0;  // without swapping
};

Machine look_at_machine();

// Number of hardware threads on which the scheduler lets this process run (taskset, mpirun
// --bind-to, Slurm); at least one.
int usable_cores();

// Digest of the running program, of libmurmur.so, and of the library that trains networks.
std::string program_digest();

// State of a folder that need not exist yet.
struct FolderState {
  std::filesystem::path folder;
  std::string trouble;          // why the folder cannot be written; empty: it can
  std::int64_t free_bytes = 0;  // of the file system; 0 with trouble
};

FolderState look_at_folder(const std::filesystem::path& folder);

}  // namespace murmur::run
