// SPDX-License-Identifier: Apache-2.0
// How this process was started: alone, or as one of several by mpirun or srun. Read from the
// variables that launchers leave in the environment; nothing is opened yet.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"

namespace murmur::comm {

// Which implementation of MPI a launcher speaks to.
enum class MpiLibrary { kNone, kOpenMpi, kMpich };

std::string_view name_of(MpiLibrary library);  // "Open MPI", "MPICH", "none"

// A launcher that left its mark, and what it says.
struct LaunchSource {
  std::string name;                    // "mpirun of Open MPI", "srun", "torchrun", ...
  std::vector<std::string> variables;  // "OMPI_COMM_WORLD_RANK=3", in a fixed order
  int process = -1;                    // -1: it does not say
  int processes = -1;
};

struct Launch {
  std::vector<LaunchSource> sources;       // empty: started alone
  MpiLibrary library = MpiLibrary::kNone;  // which one to open; none: a world of one process
  int process = 0;
  int processes = 1;        // -1: known only once the world is open (srun --mpi=pmix)
  int local_processes = 1;  // on this host, as far as the launcher says
};

// A variable of the environment, or null.
using Environment = std::function<const char*(const char* name)>;

// kMismatch: two sources disagree, a number is none, or several processes were started in a way
// that cannot bring them together; the message names the variables and the command to use instead.
Result<Launch> detect_launch(const Environment& environment);
Result<Launch> detect_launch();  // of this process

}  // namespace murmur::comm
