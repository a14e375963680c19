// SPDX-License-Identifier: Apache-2.0
// What `murmur topology` shows: one topology and its properties. The options are read as those of a
// run are, so names, bounds and messages are the same.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "murmur/run/config/config.h"
#include "murmur/topology/analysis.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

struct TopologyRequest {
  std::string name;
  std::optional<std::int64_t> workers;  // none: a number for which the topology exists
  std::int64_t parameters = 1000000;    // of the model that is mixed, for the number of bytes
  std::int64_t step = 0;                // the first to show
  std::optional<std::int64_t> steps;    // how many; none: a period, at most eight
  Overrides overrides;  // --set KEY=VALUE: the topology's options, workers, seed, precision
};

struct TopologyView {
  Choice choice;
  const topology::TopologyInfo* info = nullptr;
  std::uint64_t seed = 1;
  std::shared_ptr<const topology::Topology> graph;
  std::int64_t first_step = 0;
  std::int64_t steps = 1;
  std::int64_t parameters = 0;
  int bytes_per_parameter = 4;

  topology::Degrees degrees;
  bool rows_sum_to_one = false;
  bool columns_sum_to_one = false;
  bool symmetric = false;
  bool connected = false;
  double messages_per_step = 0;
  std::optional<topology::Convergence> convergence;  // none: too many workers

  double bytes_per_message() const { return static_cast<double>(parameters) * bytes_per_parameter; }
  double bytes_per_round() const { return messages_per_step * bytes_per_message(); }
};

inline constexpr int kMostWorkersForSpectrum = 2048;

// Throws UserError: an unknown name or option, or options for which there is no graph.
TopologyView view_topology(const TopologyRequest& request);

std::string to_text(const TopologyView& view);
nlohmann::ordered_json to_json(const TopologyView& view);

}  // namespace murmur::run
