// SPDX-License-Identifier: Apache-2.0
// Properties of the MPI library and of a communicator. REQUIRES: MPI_Init has been called.
#pragma once

#include "murmur/comm/mpi/mpi_header.h"

namespace murmur::comm {

// MPI_TAG_UB.
int largest_tag();

// Whether this host runs more processes of the communicator than it has cores. Collective.
bool is_oversubscribed(MPI_Comm communicator);

// Whether MPI_Finalize may hang unless all processes call it at about the same time.
bool finalize_may_hang();

}  // namespace murmur::comm
