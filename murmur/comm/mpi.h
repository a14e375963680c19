// SPDX-License-Identifier: Apache-2.0
// MPI, loaded at run time when a launcher requires it. libmurmur_openmpi.so and libmurmur_mpich.so
// are installed beside the program, one for each implementation of MPI that was found when it was
// built. Nothing else links MPI, so one binary runs under either launcher, or without one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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

// An MPI_Comm: the pointer or the integer that it is.
using CommunicatorBits = std::uintptr_t;

// The same within a host program, which goes on without it and may have several, one after the
// other or at once. Joins the processes of a communicator, of which a duplicate is used; none: of
// MPI_COMM_WORLD. MPI is initialized unless somebody has, and then finalized when the process
// exits. Collective over the communicator. Where the host's MPI is not for calls from several
// threads (MPI_THREAD_MULTIPLE), messages travel only within calls of the transport, which are to
// be made by one thread. kInvalid: it is no communicator of this MPI, or MPI is finalized already.
Result<std::unique_ptr<Transport>> open_mpi_within(MpiLibrary library,
                                                   std::optional<CommunicatorBits> communicator);

// Whether the host program has finalized it: transports that live then fail, and may be destroyed.
// REQUIRES: open_mpi_within() of this library has returned a transport.
bool mpi_is_finalized(MpiLibrary library);

// The MPI that this process has loaded already: its own, of which the plugin must be.
struct LoadedMpi {
  MpiLibrary library = MpiLibrary::kNone;  // kNone: none
  bool is_initialized = false;
};
LoadedMpi loaded_mpi();

}  // namespace murmur::comm
