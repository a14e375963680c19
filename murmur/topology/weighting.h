// SPDX-License-Identifier: Apache-2.0
// Computes weights from a graph. With in-degree d_i and out-degree o_i of worker i, for an edge j
// -> i:
//
//   metropolis   w_ij = 1 / (1 + max(d_i, d_j))    undirected graphs: symmetric, doubly stochastic
//   uniform      w_ij = 1 / (1 + d_i)              rows sum to one
//   max-degree   w_ij = 1 / (1 + max_k d_k, o_k)   rows sum to one; columns if all d_i = o_i
//   out-degree   w_ij = 1 / (1 + o_j)              columns sum to one: for push-sum
//   loops        w_ij = 1 / max(D_i, D_j)          D_i = d_i, plus one if the graph has a loop at i
//
// The remainder of the row (for out-degree: of the column) is the self-weight. `loops` is the
// weighting of the two expanders in the published quasi-global momentum code (Lin et al., ICML
// 2021).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/topology/graph.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

enum class Weighting { kMetropolis, kUniform, kMaxDegree, kOutDegree, kLoops };

std::string_view name_of(Weighting weighting);

// REQUIRES: `name` is the name of a weighting.
Weighting weighting_of(std::string_view name);

// The option `weighting`; the first one is the default.
OptionInfo weighting_option(const std::vector<Weighting>& choices);

MixingMatrix weigh(const Graph& graph, Weighting weighting);

// (I + W) / 2. An eigenvalue l of W becomes (1 + l) / 2, so eigenvalues in [-1, 1] become
// nonnegative.
MixingMatrix lazy(const MixingMatrix& matrix);

}  // namespace murmur::topology
