// SPDX-License-Identifier: Apache-2.0
// The number by which a finished run is compared with others.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "murmur/run/compare/grid_runner.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// What runs are compared by if the file does not say it: the first metric of the task of the first
// run that has one. `folder`: of the comparison.
std::string usual_metric(const std::filesystem::path& folder, const std::vector<PlannedRun>& runs);

// By what tuned values are chosen: the metric on the validation set of a run that has one, so that
// the test set takes no part in the choice; otherwise the metric itself.
std::string tuning_metric(const std::string& metric, const Config& config);

// Of the run in that folder, at its end or the best one; none if it diverged. Throws UserError if
// the run has no such metric.
std::optional<double> value_of(const std::filesystem::path& folder,
                               const std::string& metric,
                               bool best_evaluation);

}  // namespace murmur::run
