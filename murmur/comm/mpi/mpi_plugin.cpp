// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi_plugin.h"

#include <cstdlib>

#include "murmur/comm/mpi/mpi_header.h"
#include "murmur/comm/mpi/mpi_transport.h"

namespace murmur::comm {
namespace {

// Its first line: MPICH goes on with how it was configured.
std::string version() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  text.resize(static_cast<std::size_t>(length));
  const std::size_t end = text.find_first_of(std::string("\n\0", 2));
  std::string line = end == std::string::npos ? text : text.substr(0, end);
  for (std::size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t')) {
    line.replace(tab, 1, " ");
  }
  return line;
}

// What the user has not chosen; no other MPI knows these. A bucket of a row is to leave at once:
// Open MPI asks before it sends what is larger than 64 KiB by TCP, and the answer queues behind all
// that goes the same way, so that of two who send to each other one is heard after the other.
void choose_settings() {
  constexpr const char* kMoreThanABucket = "1100000";
  for (const char* name : {"OMPI_MCA_btl_tcp_eager_limit", "OMPI_MCA_btl_tcp_rndv_eager_limit"}) {
    setenv(name, kMoreThanABucket, 0);
  }
}

Result<std::unique_ptr<Transport>> open() {
  choose_settings();
  int provided = MPI_THREAD_SINGLE;
  if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided) != MPI_SUCCESS) {
    return Failure{FailureKind::kPeer, "MPI did not start (" + version() + ")"};
  }
  if (provided < MPI_THREAD_SERIALIZED) {
    MPI_Finalize();
    return Failure{FailureKind::kInvalid,
                   version() +
                       " was built without threads; murmur computes on one thread and "
                       "talks on another"};
  }
  return std::unique_ptr<Transport>(std::make_unique<MpiTransport>());
}

}  // namespace
}  // namespace murmur::comm

extern "C" const murmur::comm::MpiPlugin* murmur_mpi_plugin() {
  static const murmur::comm::MpiPlugin kTable{murmur::comm::version, murmur::comm::open};
  return &kTable;
}
