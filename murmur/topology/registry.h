// SPDX-License-Identifier: Apache-2.0
// The entries of the registry, one or more per source file; registry.cpp defines their order.
#pragma once

#include "murmur/topology/registration.h"

namespace murmur::topology {

Registration ring();
Registration ring_extended();
Registration random_ring();
Registration chain();
Registration grid();
Registration torus();
Registration complete();
Registration star();
Registration binary_tree();
Registration hypercube();
Registration exponential();
Registration one_peer_exponential();
Registration two_peer_exponential();
Registration exponential_peers();
Registration bipartite_one_peer();
Registration random_matching();
Registration random_regular();
Registration erdos_renyi();
Registration margulis();
Registration expander();
Registration social();
Registration florentine();
Registration karate();
Registration les_miserables();
Registration custom();
Registration dyck();
Registration double_binary_trees();
Registration base_graph();
Registration equi_static();
// With all that are registered beside it.
Registration matcha(const std::vector<Registration>& others);

}  // namespace murmur::topology
