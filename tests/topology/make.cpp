// SPDX-License-Identifier: Apache-2.0
#include "tests/topology/make.h"

#include <fmt/format.h>

#include "murmur/core/check.h"

namespace murmur::topology {
namespace {

const OptionInfo* find_option(const TopologyInfo& info, const std::string& name) {
  for (const OptionInfo& option : info.options) {
    if (option.name == name) {
      return &option;
    }
  }
  return nullptr;
}

void add_cases(const TopologyInfo& info, int workers, std::vector<Case>& cases) {
  const OptionInfo* weighting = find_option(info, "weighting");
  const std::vector<std::string> weightings =
      weighting == nullptr ? std::vector<std::string>{""} : weighting->choices;
  const bool may_be_lazy = find_option(info, "lazy") != nullptr;
  for (const std::string& name : weightings) {
    for (const bool lazy : may_be_lazy ? std::vector{false, true} : std::vector{false}) {
      Changes changes;
      if (may_be_lazy) {
        changes["lazy"] = lazy;
      }
      if (!name.empty()) {
        changes["weighting"] = name;
      }
      auto made = try_make(info.name, workers, changes);
      if (made) {
        cases.push_back({&info, name, lazy, workers, made.value()});
      }
    }
  }
}

}  // namespace

Tables ring_weights(int workers) {
  const auto n = static_cast<std::size_t>(workers);
  Table table(n, std::vector<double>(n, 0.0));
  for (std::size_t i = 0; i < n; ++i) {
    table[i][i] += 0.5;
    table[i][(i + 1) % n] += 0.25;
    table[i][(i + n - 1) % n] += 0.25;
  }
  return {table};
}

OptionValues options_of(const std::string& name, int workers, const Changes& changes) {
  const TopologyInfo* info = find_topology(name);
  MURMUR_CHECK(info != nullptr, "topology '{}'", name);
  OptionValues values(info->options);
  if (name == "custom") {
    values.set("weights", ring_weights(workers));
  }
  if (name == "matcha") {
    values.set("graph", std::string("complete"));
  }
  for (const auto& [option, value] : changes) {
    values.set(option, value);
  }
  return values;
}

Result<std::shared_ptr<const Topology>> try_make(const std::string& name,
                                                 int workers,
                                                 const Changes& changes,
                                                 std::uint64_t seed) {
  return make_topology(name, workers, options_of(name, workers, changes), seed);
}

std::shared_ptr<const Topology> make(const std::string& name,
                                     int workers,
                                     const Changes& changes,
                                     std::uint64_t seed) {
  return try_make(name, workers, changes, seed).value();
}

std::string refusal(const std::string& name, int workers, const Changes& changes) {
  const auto made = try_make(name, workers, changes);
  return made ? "" : made.failure().message;
}

std::string Case::words() const {
  return fmt::format(
      "{} of {}, weighting '{}'{}", info->name, workers, weighting, lazy ? ", lazy" : "");
}

const std::vector<Case>& all_cases() {
  static const std::vector<Case> cases = [] {
    std::vector<Case> all;
    for (const TopologyInfo& info : topologies()) {
      for (int workers = 1; workers <= 17; ++workers) {
        add_cases(info, workers, all);
      }
      add_cases(info, 32, all);
      if (info.typical_workers > 17 && info.typical_workers != 32) {
        add_cases(info, info.typical_workers, all);
      }
    }
    return all;
  }();
  return cases;
}

std::int64_t steps_of(const Topology& topology) {
  return topology.period() > 0 ? topology.period() : 10;
}

}  // namespace murmur::topology
