// SPDX-License-Identifier: Apache-2.0
// MPI, loaded when a launcher asks for it: libmurmur_openmpi.so and libmurmur_mpich.so lie beside
// the program, as many of them as there were implementations of MPI when it was built. Nothing
// else links MPI, so one binary runs under either launcher, and without any.
#pragma once

#include <memory>
#include <string>

#include "murmur/comm/launch/launch.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// "Open MPI v4.1.4, ..."; kMissing: this build has no such library, and what would bring it.
Result<std::string> mpi_version(MpiLibrary library);

// Enters the world of processes that the launcher made. Once per process, and the transport is
// closed (or the process ends) before main returns. kMissing as above; kPeer: MPI would not start.
Result<std::unique_ptr<Transport>> open_mpi(MpiLibrary library);

}  // namespace murmur::comm
