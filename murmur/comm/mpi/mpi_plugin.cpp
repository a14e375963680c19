// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/mpi_plugin.h"

#include <cstring>

#include "murmur/comm/mpi/mpi_header.h"
#include "murmur/comm/mpi/mpi_transport.h"
#include "murmur/comm/mpi/start_mpi.h"

namespace murmur::comm {
namespace {

Result<std::unique_ptr<Transport>> open() {
  if (Status started = start_mpi(); !started) {
    return started.failure();
  }
  return std::unique_ptr<Transport>(std::make_unique<MpiTransport>(
      MpiWorld{.communicator = MPI_COMM_WORLD, .has_thread = true, .finalizes = true}));
}

Failure no_communicator(const std::string& why) {
  return {FailureKind::kInvalid,
          why + "; give an MPI_Comm of " + mpi_library_version() + ", or none for MPI_COMM_WORLD"};
}

// In MPICH an MPI_Comm is an integer whose upper bits say that it is a communicator; what is none
// would end the process.
Result<MPI_Comm> communicator_of(std::optional<CommunicatorBits> bits) {
  if (!bits) {
    return MPI_COMM_WORLD;
  }
  MPI_Comm communicator = MPI_COMM_NULL;
  if constexpr (std::is_integral_v<MPI_Comm>) {
    constexpr CommunicatorBits kKindOfCommunicator = 1;
    if (*bits > 0xffffffffU || (*bits >> 30U) == 0 ||
        ((*bits >> 26U) & 0xfU) != kKindOfCommunicator) {
      return no_communicator("what was given is no communicator");
    }
  }
  constexpr std::size_t kBytes = std::is_integral_v<MPI_Comm> ? sizeof(int) : sizeof(void*);
  std::memcpy(&communicator, &*bits, kBytes);
  if (communicator == MPI_COMM_NULL) {
    return no_communicator("the communicator is MPI_COMM_NULL");
  }
  return communicator;
}

Result<std::unique_ptr<Transport>> open_within(std::optional<CommunicatorBits> bits) {
  const auto level = join_mpi();
  if (!level) {
    return level.failure();
  }
  const Result<MPI_Comm> communicator = communicator_of(bits);
  if (!communicator) {
    return communicator.failure();
  }
  return std::unique_ptr<Transport>(
      std::make_unique<MpiTransport>(MpiWorld{.communicator = communicator.value(),
                                              .has_thread = level.value() == Calls::kAnyThread,
                                              .finalizes = false}));
}

}  // namespace
}  // namespace murmur::comm

extern "C" const murmur::comm::MpiPlugin* murmur_mpi_plugin() {
  static const murmur::comm::MpiPlugin kPlugin{.version = murmur::comm::mpi_library_version,
                                               .open = murmur::comm::open,
                                               .open_within = murmur::comm::open_within,
                                               .is_finalized = murmur::comm::is_finalized};
  return &kPlugin;
}
