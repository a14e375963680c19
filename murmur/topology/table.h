// SPDX-License-Identifier: Apache-2.0
// The rows that the families' files give to the table; registry.cpp puts them in order.
#pragma once

#include "murmur/topology/family.h"

namespace murmur::topology {

Family ring();
Family ring_extended();
Family random_ring();
Family chain();
Family grid();
Family torus();
Family complete();
Family star();
Family binary_tree();
Family hypercube();
Family exponential();
Family one_peer_exponential();
Family two_peer_exponential();
Family exponential_peers();
Family bipartite_one_peer();
Family random_matching();
Family random_regular();
Family erdos_renyi();
Family margulis();
Family expander();
Family social();
Family florentine();
Family karate();
Family les_miserables();
Family custom();

}  // namespace murmur::topology
