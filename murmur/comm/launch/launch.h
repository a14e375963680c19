// SPDX-License-Identifier: Apache-2.0
// How this process was started: alone, or as one of several by mpirun or srun. Determined from the
// environment variables that launchers set; no library is opened yet.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"

namespace murmur::comm {

// The implementation of MPI that a launcher supports.
enum class MpiLibrary { kNone, kOpenMpi, kMpich };

std::string_view name_of(MpiLibrary library);  // "Open MPI", "MPICH", "none"

// A launcher that was recognized, and what its variables say.
struct LaunchSource {
  std::string name;                    // "mpirun of Open MPI", "srun", "torchrun", ...
  std::vector<std::string> variables;  // "OMPI_COMM_WORLD_RANK=3", in a fixed order
  int process = -1;                    // -1: not set
  int processes = -1;
};

struct Launch {
  std::vector<LaunchSource> sources;       // empty: started alone
  MpiLibrary library = MpiLibrary::kNone;  // to open; kNone: a world of one process
  int process = 0;
  int processes = 1;        // -1: known only once the world is open (srun --mpi=pmix)
  int local_processes = 1;  // on this host, if the launcher says so
};

// Returns the value of an environment variable, or null.
using Environment = std::function<const char*(const char* name)>;

// kMismatch: two sources disagree, a value is not a valid number, or several processes were started
// in a way that does not connect them; the message names the variables and the command to use.
Result<Launch> detect_launch(const Environment& environment);
Result<Launch> detect_launch();  // of this process

}  // namespace murmur::comm
