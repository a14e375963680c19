// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi_plugin.h"

#include <cstdlib>

#include "murmur/comm/mpi/mpi_header.h"
#include "murmur/comm/mpi/mpi_transport.h"

namespace murmur::comm {
namespace {

// The first line of the version string; in MPICH's, the configure options follow.
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

// Sets defaults that the user has not chosen; other implementations of MPI ignore these variables.
// A bucket of a row must be sent eagerly: for messages of more than 64 KiB over TCP, Open MPI uses
// a rendezvous, whose reply queues behind all data in the same direction, so that the messages of
// two processes that send to each other arrive one after the other instead of at the same time.
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
  static const murmur::comm::MpiPlugin kPlugin{murmur::comm::version, murmur::comm::open};
  return &kPlugin;
}
