// SPDX-License-Identifier: Apache-2.0
// MATCHA's plan (Wang, Sahu, Yang, Joshi, Kar: MATCHA, speeding up decentralized SGD via matching
// decomposition sampling, 2019): which edges may be active together, how often, and with which
// weight.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "murmur/topology/topology.h"

namespace murmur::topology {

using Matching = std::vector<std::pair<int, int>>;  // edges without a common worker

// The edges of an undirected graph in at most max degree + 1 matchings (Misra, Gries: A
// constructive proof of Vizing's theorem, 1992).
std::vector<Matching> matchings_of(const MixingMatrix& graph);

struct MatchaPlan {
  std::vector<Matching> matchings;
  // How often each is active: maximize lambda_2 of the expected Laplacian under sum p <= budget
  // times their number.
  std::vector<double> probabilities;
  double alpha = 0;  // W = I - alpha sum of the active Laplacians
  double rho = 0;    // factor by which a mix shrinks the expected squared distance to the mean

  double expected_messages() const;  // directed edges of a mix
};

// REQUIRES: an undirected, connected graph of at least two workers; budget in (0, 1].
MatchaPlan plan_matcha(const MixingMatrix& graph, double budget);

// The plan of a topology `matcha`; null: it is another one.
const MatchaPlan* matcha_plan(const Topology& topology);

}  // namespace murmur::topology
