// SPDX-License-Identifier: Apache-2.0
// MPI, loaded at run time when a launcher requires it. libmurmur_openmpi.so and libmurmur_mpich.so
// are installed beside the program, one for each implementation of MPI that was found when it was
// built. Nothing else links MPI, so one binary runs under either launcher, or without one.
#pragma once

#include <memory>
#include <string>

#include "murmur/comm/launch/launch.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// "Open MPI v4.1.4, ..."; kMissing: this build has no such library; the message says how to add it.
Result<std::string> mpi_version(MpiLibrary library);

// Initializes MPI and joins the processes that the launcher started. REQUIRES: called once per
// process; the transport is destroyed (or the process exits) before main returns. kMissing: as
// above; kPeer: MPI could not be initialized.
Result<std::unique_ptr<Transport>> open_mpi(MpiLibrary library);

}  // namespace murmur::comm
