// SPDX-License-Identifier: Apache-2.0
// Reads the table [outer].
#include <algorithm>

#include <fmt/format.h>

#include "murmur/run/config/tables.h"

namespace murmur::run {
namespace {

constexpr const char* kLevelForm = "[{ period = 4, group = 2 }, { period = 16, group = 8 }]";

std::int64_t read_count(const toml::table& level, const char* key) {
  const toml::node* node = level.get(key);
  if (node == nullptr) {
    fail_at(level.source(), fmt::format("outer.period: {} is missing, as in {}", key, kLevelForm));
  }
  const OptionInfo info{.name = key, .help = {}, .fallback = std::int64_t{1}, .bounds = kCount};
  return std::get<std::int64_t>(read_value(*node, info, fmt::format("outer.period.{}", key)));
}

LevelConfig read_level(const toml::node& node) {
  const toml::table* level = node.as_table();
  if (level == nullptr) {
    fail_at(node.source(),
            fmt::format("outer.period is a number or a list such as {}", kLevelForm));
  }
  for (auto&& [key, value] : *level) {
    if (key != "period" && key != "group") {
      fail_at(key.source(),
              fmt::format("unknown key '{}' in outer.period; known: period, group", key.str()));
    }
  }
  return {read_count(*level, "period"), read_count(*level, "group")};
}

std::vector<LevelConfig> read_levels(TableReader& table, const toml::array& list) {
  std::vector<LevelConfig> levels;
  for (const toml::node& node : list) {
    levels.push_back(read_level(node));
  }
  std::sort(levels.begin(), levels.end(), [](const LevelConfig& a, const LevelConfig& b) {
    return a.period < b.period;
  });
  const auto twice = std::adjacent_find(
      levels.begin(), levels.end(), [](const LevelConfig& a, const LevelConfig& b) {
        return a.period == b.period;
      });
  if (twice != levels.end()) {
    table.fail("period", fmt::format("outer.period names the period {} twice", twice->period));
  }
  if (levels.empty()) {
    table.fail("period", fmt::format("outer.period is an empty list; write {}", kLevelForm));
  }
  return levels;
}

// Hierarchical averaging: the option `period` is the largest of the list.
Choice read_leveled(TableReader& table, const Kind& kind, const std::vector<LevelConfig>& levels) {
  Choice choice;
  choice.name = read_name(table, kind);
  choice.place = table.place();
  if (choice.name != "average") {
    table.fail("period",
               fmt::format("a list of periods goes with outer.name = \"average\" alone, not with "
                           "\"{}\"",
                           choice.name));
  }
  std::vector<OptionInfo> options = kind.find(choice.name)->options;
  std::erase_if(options, [](const OptionInfo& option) { return option.name == "period"; });
  choice.options = table.options(options);
  choice.options.set("period", levels.back().period);
  if (!choice.options.flag("exact_average")) {
    table.fail("exact_average",
               "outer.exact_average = false leaves the workers alone; a list of periods averages "
               "groups of them");
  }
  return choice;
}

}  // namespace

std::optional<OuterConfig> read_outer(const Document& document, Purpose purpose) {
  TableReader table(document, "outer");
  if (!table.present()) {
    return std::nullopt;
  }
  const Kind& kind = kind_of("outer");
  OuterConfig outer;
  const bool train = purpose != Purpose::kSolve;
  if (train) {
    outer.start_epoch = table.maybe_number("start_epoch", kNonNegative);
  } else if (table.has("start_epoch")) {
    table.fail("start_epoch",
               "unknown key 'outer.start_epoch'; `murmur solve` has no epochs: write "
               "outer.start_step");
  }
  const toml::node* period = table.has("period") ? table.node("period") : nullptr;
  if (period != nullptr && period->is_array()) {
    outer.levels = read_levels(table, *period->as_array());
    outer.choice = read_leveled(table, kind, outer.levels);
  } else {
    outer.choice = read_choice(table, kind);
  }
  if (outer.start_epoch && table.has("start_step")) {
    table.fail("start_step", "write outer.start_epoch or outer.start_step, not both");
  }
  return outer;
}

}  // namespace murmur::run
