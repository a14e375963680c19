// SPDX-License-Identifier: Apache-2.0
// Included by each topology's source file: the type of its registry entry, and functions that make
// a topology from graphs. Such a file contains only the rule of its graph; weights, laziness and
// periods are handled here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"
#include "murmur/topology/graph.h"
#include "murmur/topology/topology.h"
#include "murmur/topology/weighting.h"

namespace murmur::topology {

struct Request {
  int workers = 0;
  const OptionValues& options;
  std::uint64_t seed = 0;
};

using TopologyResult = Result<std::shared_ptr<const Topology>>;

struct Registration {
  TopologyInfo info;
  TopologyResult (*make)(const Request& request) = nullptr;
};

// The options `weighting` and `lazy`, followed by the topology's own options.
std::vector<OptionInfo> undirected_options(std::vector<OptionInfo> own = {});
std::vector<OptionInfo> directed_options(std::vector<OptionInfo> own = {});
OptionInfo lazy_option();
OptionInfo first_hop_option();

// The same graph at every step, weighted as the request says.
std::shared_ptr<const Topology> constant(const Request& request, const Graph& graph);

// A graph for every step of a period; period 0: the graphs never repeat.
using Graphs = std::function<Graph(std::int64_t step)>;
std::shared_ptr<const Topology> varying(const Request& request, std::int64_t period, Graphs graphs);

// A topology that applies the matrices cyclically. REQUIRES: at least one.
std::shared_ptr<const Topology> periodic(std::vector<MixingMatrix> matrices);

Failure invalid(std::string message);

}  // namespace murmur::topology
