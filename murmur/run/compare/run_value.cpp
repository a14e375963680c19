// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/run_value.h"

#include <cmath>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/summary.h"

namespace murmur::run {

std::string usual_metric(const std::filesystem::path& folder, const std::vector<PlannedRun>& runs) {
  for (const PlannedRun& run : runs) {
    const auto summary = read_summary(folder / run.folder);
    const Measure* measure = summary ? main_measure(summary->final) : nullptr;
    if (measure != nullptr) {
      return measure->main_metric();
    }
  }
  return measures().front().main_metric();
}

std::string tuning_metric(const std::string& metric, const Config& config) {
  if (!config.data.validation.wanted()) {
    return metric;
  }
  const auto known = find_metric(metric);
  return known && !known->validated ? "validation/loss_averaged" : validation_name(metric);
}

std::optional<double> value_of(const std::filesystem::path& folder,
                               const std::string& metric,
                               bool best_evaluation) {
  const auto summary = read_summary(folder);
  if (!summary) {
    throw UserError(fmt::format("the summary.json in '{}' cannot be read", folder.string()),
                    ExitCode::kRunFailed);
  }
  if (summary->status == "diverged") {
    return std::nullopt;
  }
  const auto best = summary->best.find(metric);
  if (best_evaluation && best != summary->best.end()) {
    return best->second.value;
  }
  for (const Metrics* metrics : {&summary->final, &summary->totals}) {
    const auto found = metrics->find(metric);
    if (found != metrics->end()) {
      return std::isfinite(found->second) ? std::optional(found->second) : std::nullopt;
    }
  }
  throw UserError(fmt::format(
      "compare.metric is {}, but the run in '{}' has no such value", metric, folder.string()));
}

}  // namespace murmur::run
