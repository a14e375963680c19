// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/compare.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/files/atomic_file.h"
#include "murmur/run/compare/folder.h"
#include "murmur/run/compare/grid_runner.h"
#include "murmur/run/compare/plan.h"
#include "murmur/run/compare/run_value.h"
#include "murmur/run/compare/time_to_accuracy.h"
#include "murmur/run/compare/warnings.h"
#include "murmur/run/records/summary.h"

namespace murmur::run {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

// "QG-DSGDm-N, lazy" -> "qg-dsgdm-n-lazy". Two labels may have the same slug; the digest in the
// folder's name distinguishes them.
std::string slug(const std::string& label) {
  std::string out;
  for (const char c : label) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '.') {
      out += static_cast<char>(std::tolower(byte));
    } else if (!out.empty() && out.back() != '-') {
      out += '-';
    }
  }
  while (!out.empty() && (out.back() == '-' || out.back() == '.')) {
    out.pop_back();
  }
  return out.substr(0, 40);
}

std::filesystem::path folder_of(const CompareRequest& request, const std::string& name) {
  if (request.output) {
    return *request.output;
  }
  const char* parent = std::getenv("MURMUR_OUTPUT");
  return std::filesystem::path(parent != nullptr && *parent != '\0' ? parent : "runs") / name;
}

// Plans the runs of a comparison and collects their results.
class Builder {
 public:
  Builder(const CompareRequest& request,
          Plan& plan,
          RankGroup& group,
          const std::filesystem::path& folder)
      : plan_(plan),
        folder_(folder),
        points_(tuning_points(plan)),
        runner_(request, group, folder, count()) {
    result_.name = plan.name;
    result_.metric = plan.metric;
    result_.best_evaluation = plan.best_evaluation;
    result_.tuned_in = plan.tune_in ? plan.settings[*plan.tune_in].variant.label : "";
    result_.seeds = plan.seeds;
    result_.command = request.command;
    for (const PlannedVariant& method : plan.methods) {
      result_.methods.push_back(method.variant);
      result_.cells.emplace_back(plan.settings.size());
    }
    for (const PlannedVariant& setting : plan.settings) {
      result_.settings.push_back(setting.variant);
    }
  }

  struct FirstRuns {
    std::vector<PlannedRun> tuning;  // all tuning points with the first seed
    std::vector<PlannedRun> all;     // these, and one of every cell in which nothing is tuned
  };

  // The runs that are known before tuning. Planning them also checks every configuration of the
  // grid.
  FirstRuns first_seed() {
    FirstRuns runs;
    each_cell([&](std::size_t m, std::size_t s, Cell& cell) {
      const CellPoint first{m, s, plan_.seeds.front()};
      if (!plan_.tunes_in(s)) {
        runs.all.push_back(planned(first, points_.front()));
        return;
      }
      for (const toml::table& point : points_) {
        runs.tuning.push_back(planned(first, point));
        runs.all.push_back(runs.tuning.back());
        cell.trials.push_back({.set = settings_of(point), .folder = runs.tuning.back().folder});
      }
    });
    return runs;
  }

  // REQUIRES: the runs of first_seed() for tuning, which are `first`, have ended. Chooses the tuned
  // values of every cell and returns the runs that are left.
  std::vector<PlannedRun> others(const std::vector<PlannedRun>& first) {
    if (plan_.metric.empty()) {
      plan_.metric = result_.metric = usual_metric(folder_, first);
    }
    choose_values(first);
    std::vector<PlannedRun> runs;
    each_cell([&](std::size_t m, std::size_t s, Cell& cell) {
      const Cell& source = result_.cells[m][plan_.tune_in.value_or(s)];
      const Trial& chosen = source.trials[source.chosen];
      cell.tuned = chosen.set;
      for (const std::uint64_t seed : plan_.seeds) {
        if (seed == plan_.seeds.front() && plan_.tunes_in(s)) {
          cell.runs.push_back({seed, chosen.folder, std::nullopt});
          continue;
        }
        runs.push_back(planned({m, s, seed}, points_[source.chosen]));
        cell.runs.push_back({seed, runs.back().folder, std::nullopt});
      }
    });
    return runs;
  }

  // REQUIRES: all runs have ended.
  Comparison result() {
    each_cell([&](std::size_t, std::size_t, Cell& cell) {
      for (CellRun& run : cell.runs) {
        run.value = value_of(folder_ / run.folder, plan_.metric, plan_.best_evaluation);
      }
      if (plan_.tune.empty()) {
        cell.trials.clear();
      }
    });
    summarize(result_);
    result_.races = times_to_accuracy_of(folder_, result_);
    return result_;
  }

  GridRunner& runner() { return runner_; }

 private:
  std::int64_t count() const {
    const std::size_t columns = plan_.settings.size();
    const std::size_t tuned = plan_.tune_in ? 1 : columns;
    return static_cast<std::int64_t>(plan_.methods.size() *
                                     (tuned * (points_.size() - 1) + columns * plan_.seeds.size()));
  }

  // The trials of each cell are the next ones of `first`.
  void choose_values(const std::vector<PlannedRun>& first) {
    std::set<std::string> metrics;
    auto next = first.begin();
    std::string chosen_by = plan_.metric;
    each_cell([&](std::size_t, std::size_t, Cell& cell) {
      for (Trial& trial : cell.trials) {
        const std::string metric = tuning_metric(plan_.metric, next++->config);
        trial.value = value_of(folder_ / trial.folder, metric, plan_.best_evaluation);
        metrics.insert(metric);
        chosen_by = metric;
      }
      cell.chosen = choose(cell.trials, lower_is_better(chosen_by));
    });
    if (!plan_.tune.empty()) {
      result_.tuned_by = fmt::format("{}", fmt::join(metrics, " and "));
    }
  }

  template <class Visit>
  void each_cell(const Visit& visit) {
    for (std::size_t m = 0; m < result_.methods.size(); ++m) {
      for (std::size_t s = 0; s < result_.settings.size(); ++s) {
        visit(m, s, result_.cells[m][s]);
      }
    }
  }

  PlannedRun planned(const CellPoint& point, const toml::table& tuned) {
    PlannedRun run;
    const std::string& method = plan_.methods[point.method].variant.label;
    const std::string& setting = plan_.settings[point.setting].variant.label;
    run.label = fmt::format("{}, {}, seed {}", method, setting, point.seed);
    for (const Setting& set : settings_of(tuned)) {
      run.label += fmt::format(", {} = {}", set.key, set.value);
    }
    run.config = cell_config(plan_, point, tuned);
    run.method = point.method;
    run.setting = point.setting;
    run.folder = runner_.place(slug(method) + "_" + slug(setting), run.config);
    return run;
  }

  Plan& plan_;
  const std::filesystem::path& folder_;
  std::vector<toml::table> points_;
  Comparison result_;
  GridRunner runner_;
};

Status write_results(const std::filesystem::path& folder,
                     const Comparison& comparison,
                     const CompareRequest& request) {
  const auto text = files::read_file(request.file, kMostBytes);
  if (!text) {
    return text.failure();
  }
  const std::map<std::string, std::string> results{
      {"comparison.toml", with_full_paths(text.value(), request.file.string())},
      {"comparison.csv", to_csv(comparison)},
      {"comparison.json", to_json(comparison).dump(2) + "\n"}};
  for (const auto& [name, content] : results) {
    if (Status written = files::write_file(folder / name, content); !written) {
      return written;
    }
  }
  return request.report ? request.report(folder) : Ok{};
}

void prepare(RankGroup& group, const std::vector<PlannedRun>& runs) {
  for (const PlannedRun& run : runs) {
    group.require_enough_workers(run.config);
  }
  const bool shared = std::all_of(runs.begin(), runs.end(), [](const PlannedRun& run) {
    return run.config.processes.shared_memory;
  });
  if (shared) {
    group.share_memory();
  }
}

CompareOutcome compare(const CompareRequest& request, RankGroup& group) {
  Plan plan = read_plan(request.file, request.overrides);
  CompareOutcome outcome{.folder = folder_of(request, plan.name)};
  Builder builder(request, plan, group, outcome.folder);
  const auto first = builder.first_seed();
  const FolderLock lock = occupy_for_comparison(outcome.folder, request, plan.name);
  prepare(group, first.all);
  const auto warnings = say_warnings(request, plan, first.all, builder.runner());
  builder.runner().perform(first.tuning);
  if (builder.runner().code() == ExitCode::kDone) {
    builder.runner().perform(builder.others(first.tuning));
  }
  outcome.code = builder.runner().code();
  outcome.message = builder.runner().message();
  if (outcome.code != ExitCode::kDone) {
    return outcome;
  }
  outcome.comparison = builder.result();
  outcome.comparison.warnings = warnings;
  if (const Status written = write_results(outcome.folder, outcome.comparison, request); !written) {
    outcome.code = ExitCode::kRunFailed;
    outcome.message = written.failure().message;
  }
  return outcome;
}

}  // namespace

CompareOutcome compare(const CompareRequest& request) {
  RankGroup group(request.world);
  try {
    CompareOutcome outcome = compare(request, group);
    group.dismiss(outcome.code);
    return outcome;
  } catch (const UserError& error) {
    group.dismiss(error.code());
    throw;
  }
}

}  // namespace murmur::run
