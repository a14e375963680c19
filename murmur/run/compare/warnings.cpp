// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/warnings.h"

#include <algorithm>
#include <cstddef>
#include <set>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/run/warnings/expected.h"
#include "murmur/run/warnings/parts.h"

namespace murmur::run {
namespace {

using CellIndex = std::pair<std::size_t, std::size_t>;  // method, setting

constexpr std::size_t kMostNames = 3;

struct GridWarning {
  Warning warning;
  std::set<CellIndex> cells;
};

// "A; B; C and 4 more".
std::string list_of(const std::vector<std::string>& names) {
  const std::size_t shown = std::min(names.size(), kMostNames);
  std::string text = fmt::format("{}", fmt::join(std::span(names).first(shown), "; "));
  return names.size() > shown ? text + fmt::format(" and {} more", names.size() - shown) : text;
}

std::string label_of(const std::vector<PlannedVariant>& variants, std::size_t index) {
  return variants[index].variant.label;
}

std::string cell_label(const Plan& plan, const CellIndex& cell) {
  if (plan.settings.size() == 1) {
    return label_of(plan.methods, cell.first);
  }
  if (plan.methods.size() == 1) {
    return label_of(plan.settings, cell.second);
  }
  return label_of(plan.methods, cell.first) + ", " + label_of(plan.settings, cell.second);
}

// Names of the cells: whole rows, whole columns, or single cells; empty: the whole grid.
std::string cells_text(const Plan& plan, const std::set<CellIndex>& cells) {
  std::set<std::size_t> methods;
  std::set<std::size_t> settings;
  for (const auto& [method, setting] : cells) {
    methods.insert(method);
    settings.insert(setting);
  }
  if (cells.size() == plan.methods.size() * plan.settings.size()) {
    return {};
  }
  std::vector<std::string> names;
  if (cells.size() == methods.size() * plan.settings.size()) {
    for (const std::size_t method : methods) {
      names.push_back(label_of(plan.methods, method));
    }
  } else if (cells.size() == settings.size() * plan.methods.size()) {
    for (const std::size_t setting : settings) {
      names.push_back(label_of(plan.settings, setting));
    }
  } else {
    for (const CellIndex& cell : cells) {
      names.push_back(cell_label(plan, cell));
    }
  }
  return list_of(names);
}

// Whether a run sets the key and no warning says that it has no effect there.
bool uses(const PlannedRun& run, const std::vector<Warning>& warnings, const std::string& key) {
  return is_written(run.config, key) &&
         std::none_of(warnings.begin(), warnings.end(), [&](const Warning& warning) {
           return warning.unused_key == key;
         });
}

struct GridWarnings {
  std::vector<std::string> reported;  // to report
  std::vector<std::string> texts;     // of all runs, including those not reported
};

GridWarnings warnings_of_grid(const Plan& plan,
                              const std::vector<PlannedRun>& runs,
                              Resources& resources) {
  std::vector<std::vector<Warning>> of_run;
  std::vector<GridWarning> all;
  for (const PlannedRun& run : runs) {
    of_run.push_back(expected_warnings(run.config, resources));
    for (const Warning& warning : of_run.back()) {
      auto known = std::find_if(all.begin(), all.end(), [&](const GridWarning& other) {
        return other.warning.text == warning.text;
      });
      known = known == all.end() ? all.insert(all.end(), {warning, {}}) : known;
      known->cells.emplace(run.method, run.setting);
    }
  }
  GridWarnings found;
  for (const GridWarning& one : all) {
    found.texts.push_back(one.warning.text);
    bool used = false;
    for (std::size_t r = 0; r < runs.size() && !one.warning.unused_key.empty(); ++r) {
      used = used || uses(runs[r], of_run[r], one.warning.unused_key);
    }
    if (!used) {
      const std::string cells = cells_text(plan, one.cells);
      found.reported.push_back(cells.empty() ? one.warning.text
                                             : fmt::format("{} ({})", one.warning.text, cells));
    }
  }
  return found;
}

}  // namespace

std::vector<std::string> say_warnings(const CompareRequest& request,
                                      const Plan& plan,
                                      const std::vector<PlannedRun>& runs,
                                      GridRunner& runner) {
  // Several processes read data collectively, so their shared resources cannot be used here.
  const bool alone = request.world == nullptr || request.world->is_alone();
  const std::shared_ptr<Resources> resources = alone ? runner.resources() : make_resources();
  GridWarnings found = warnings_of_grid(plan, runs, *resources);
  runner.know(found.texts);
  for (const std::string& text : found.reported) {
    if (request.warn) {
      request.warn(text);
    }
  }
  return std::move(found.reported);
}

}  // namespace murmur::run
