// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi/world_facts.h"

#include <cstdio>
#include <string>

#include <unistd.h>

namespace murmur::comm {

int largest_tag() {
  void* bound = nullptr;
  int found = 0;
  MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &bound, &found);
  return found != 0 ? *static_cast<int*>(bound) : 32767;
}

bool is_oversubscribed(MPI_Comm communicator) {
  MPI_Comm here = MPI_COMM_NULL;
  int processes = 1;
  if (MPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &here) ==
      MPI_SUCCESS) {
    MPI_Comm_size(here, &processes);
    MPI_Comm_free(&here);
  }
  return processes > sysconf(_SC_NPROCESSORS_ONLN);
}

// MPICH over UCX before 4.2 (github.com/pmodels/mpich/pull/6596): while MPI_Finalize closes its
// connections, each process needs a reply from every other one, and a process that has received all
// replies stops replying. No process stops early if none replies before it has sent its own
// requests; that holds if all enter MPI_Finalize without polling MPI after the first one has.
bool finalize_may_hang() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  int major = 0;
  int minor = 0;
  return std::sscanf(text.c_str(), "MPICH Version: %d.%d", &major, &minor) == 2 &&
         (major < 4 || (major == 4 && minor < 2)) && text.find("ch4:ucx") != std::string::npos;
}

}  // namespace murmur::comm
