// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/time_to_accuracy.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace murmur::run {
namespace {

using Lines = std::vector<MetricsLine>;

std::optional<double> value_in(const MetricsLine& line, const std::string& name) {
  const auto found = line.values.find(name);
  return found == line.values.end() ? std::nullopt : std::optional(found->second);
}

double best_of(const Lines& lines) {
  double best = -std::numeric_limits<double>::infinity();
  for (const MetricsLine& line : lines) {
    best = std::max(best, value_in(line, kRaceMetric).value_or(best));
  }
  return best;
}

const MetricsLine* first_at(const Lines& lines, double target) {
  const auto found = std::find_if(lines.begin(), lines.end(), [&](const MetricsLine& line) {
    return value_in(line, kRaceMetric).value_or(-1) >= target;
  });
  return found == lines.end() ? nullptr : &*found;
}

// None if one of the runs never reached the target.
std::optional<TimeToAccuracy::Runner> runner_of(std::size_t method,
                                                const std::vector<Lines>& runs,
                                                double target) {
  const double share = 1.0 / static_cast<double>(runs.size());
  TimeToAccuracy::Runner runner{.method = method, .virtual_s = 0};
  for (const Lines& run : runs) {
    const MetricsLine* line = first_at(run, target);
    if (line == nullptr) {
      return std::nullopt;
    }
    runner.steps += share * static_cast<double>(line->step);
    // Without a cluster virtual time stays zero.
    const double time = value_in(*line, "time/virtual_s").value_or(0);
    if (time > 0 && runner.virtual_s) {
      *runner.virtual_s += share * time;
    } else {
      runner.virtual_s.reset();
    }
  }
  return runner;
}

}  // namespace

std::optional<TimeToAccuracy> time_to_accuracy_of(const Comparison& comparison,
                                                  std::size_t setting,
                                                  const std::vector<std::vector<Lines>>& lines) {
  TimeToAccuracy times{.setting = setting, .target = std::numeric_limits<double>::infinity()};
  int counting = 0;
  for (std::size_t m = 0; m < lines.size(); ++m) {
    const Cell& cell = comparison.cells[m][setting];
    for (const Lines& run : lines[m]) {
      if (run.size() < 2) {
        return std::nullopt;
      }
    }
    if (comparison.methods[m].reference || cell.diverged > 0) {
      continue;
    }
    ++counting;
    for (const Lines& run : lines[m]) {
      times.target = std::min(times.target, best_of(run));
    }
  }
  if (counting < 2 || !std::isfinite(times.target)) {
    return std::nullopt;
  }
  for (std::size_t m = 0; m < lines.size(); ++m) {
    if (const auto runner = runner_of(m, lines[m], times.target)) {
      times.runners.push_back(*runner);
    }
  }
  return times;
}

std::vector<TimeToAccuracy> times_to_accuracy_of(const std::filesystem::path& folder,
                                                 const Comparison& comparison) {
  std::vector<TimeToAccuracy> all;
  for (std::size_t s = 0; s < comparison.settings.size(); ++s) {
    std::vector<std::vector<Lines>> lines;
    for (const std::vector<Cell>& row : comparison.cells) {
      lines.emplace_back();
      for (const CellRun& run : row[s].runs) {
        auto read = read_metrics(folder / run.folder / "metrics.jsonl");
        lines.back().push_back(read ? std::move(read).value() : Lines{});
      }
    }
    if (const auto times = time_to_accuracy_of(comparison, s, lines)) {
      all.push_back(*times);
    }
  }
  return all;
}

}  // namespace murmur::run
