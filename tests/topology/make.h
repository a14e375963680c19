// SPDX-License-Identifier: Apache-2.0
// Topologies for tests: by name, with some options, and every one that exists for a number of
// workers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/topology/topology.h"

namespace murmur::topology {

using Changes = std::map<std::string, OptionValue>;

// A ring's weights as a user would write them, for `custom`.
Tables ring_weights(int workers);

// All options at their defaults, but for the changes; `custom` gets ring_weights, `matcha` the
// complete graph.
OptionValues options_of(const std::string& name, int workers, const Changes& changes = {});

Result<std::shared_ptr<const Topology>> try_make(const std::string& name,
                                                 int workers,
                                                 const Changes& changes = {},
                                                 std::uint64_t seed = 1);

// REQUIRES: it exists.
std::shared_ptr<const Topology> make(const std::string& name,
                                     int workers,
                                     const Changes& changes = {},
                                     std::uint64_t seed = 1);

// The reason why it does not exist, "" if it does.
std::string refusal(const std::string& name, int workers, const Changes& changes = {});

struct Case {
  const TopologyInfo* info = nullptr;
  std::string weighting;  // "" if there is no such option
  bool lazy = false;
  int workers = 0;
  std::shared_ptr<const Topology> topology;

  std::string words() const;
};

// Every topology in every weighting, lazy or not, with 1 .. 17, 32 and its typical number of
// workers.
const std::vector<Case>& all_cases();

// Number of steps that represent all: a period, or ten.
std::int64_t steps_of(const Topology& topology);

}  // namespace murmur::topology
