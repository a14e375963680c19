// SPDX-License-Identifier: Apache-2.0
// What this machine offers to this process, asked of the system.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace murmur::run {

struct Machine {
  std::string processor;             // as it calls itself, or the architecture
  std::string features;              // of the processor: what libraries choose code paths by
  int cores = 1;                     // of the machine, as the system counts: hardware threads
  int usable_cores = 1;              // those that this process may run on
  std::int64_t memory_bytes = 0;     // 0: the system does not say
  std::int64_t available_bytes = 0;  // without swapping
};

Machine look_at_machine();

// The hardware threads that the scheduler lets this process run on (taskset, mpirun --bind-to,
// Slurm); at least one.
int usable_cores();

// Of the running program and of its part that trains networks.
std::string program_digest();

// A folder that need not exist yet.
struct FolderState {
  std::filesystem::path folder;
  std::string trouble;          // why nothing can be written into it; empty: it can
  std::int64_t free_bytes = 0;  // of the disk; 0 with trouble
};

FolderState look_at_folder(const std::filesystem::path& folder);

}  // namespace murmur::run
