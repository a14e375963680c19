// SPDX-License-Identifier: Apache-2.0
// From a graph to weights. With d_i whom worker i hears and o_i who hears it, for an edge j -> i:
//
//   metropolis   w_ij = 1 / (1 + max(d_i, d_j))    undirected graphs: symmetric, doubly stochastic
//   uniform      w_ij = 1 / (1 + d_i)              rows sum to one
//   max-degree   w_ij = 1 / (1 + max_k d_k, o_k)   rows sum to one; columns where all d_i = o_i
//   out-degree   w_ij = 1 / (1 + o_j)              columns sum to one: for push-sum
//   loops        w_ij = 1 / max(D_i, D_j)          D_i = d_i, plus one where the graph has a loop
//
// and the rest of the row (out-degree: of the column) is the worker's own share. `loops` is how the
// published quasi-global code (Lin et al., ICML 2021) weighs its two expanders.
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

// REQUIRES: a name of a weighting.
Weighting weighting_of(std::string_view name);

// The option `weighting`; the first one is the default.
OptionInfo weighting_option(const std::vector<Weighting>& choices);

MixingMatrix weigh(const Graph& graph, Weighting weighting);

// (I + W) / 2: no eigenvalue is negative any more.
MixingMatrix lazy(const MixingMatrix& matrix);

}  // namespace murmur::topology
