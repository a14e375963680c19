// SPDX-License-Identifier: Apache-2.0
// What a family's file includes: the row it gives to the table, and the ways to make a topology out
// of graphs. A file is the family's rule and nothing else; weights, laziness and periods are here.
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

// `weighting` and `lazy`, and behind them what the family has of its own.
std::vector<OptionInfo> undirected_options(std::vector<OptionInfo> own = {});
std::vector<OptionInfo> directed_options(std::vector<OptionInfo> own = {});
OptionInfo lazy_option();
OptionInfo first_hop_option();

// The same graph at every step, weighed as the request says.
std::shared_ptr<const Topology> constant(const Request& request, const Graph& graph);

// A graph for every step, or for every step of a period; period 0: never the same again.
using Graphs = std::function<Graph(std::int64_t step)>;
std::shared_ptr<const Topology> varying(const Request& request, std::int64_t period, Graphs graphs);

// The weights themselves, used in turn. REQUIRES: at least one.
std::shared_ptr<const Topology> periodic(std::vector<MixingMatrix> matrices);

Failure invalid(std::string message);

}  // namespace murmur::topology
