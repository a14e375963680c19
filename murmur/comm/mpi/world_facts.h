// SPDX-License-Identifier: Apache-2.0
// What there is to know of MPI and its world. REQUIRES: MPI_Init has been called.
#pragma once

namespace murmur::comm {

int largest_tag();

// Whether processes of this host are more than its cores. Collective.
bool are_crowded();

// Whether MPI_Finalize may wait for ever unless all processes come to it at once.
bool may_hang_at_the_end();

}  // namespace murmur::comm
