// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi_table.h"

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

Result<std::unique_ptr<Transport>> open() {
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

extern "C" const murmur::comm::MpiTable* murmur_mpi_table() {
  static const murmur::comm::MpiTable kTable{murmur::comm::version, murmur::comm::open};
  return &kTable;
}
