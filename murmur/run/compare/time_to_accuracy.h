// SPDX-License-Identifier: Apache-2.0
// Time to accuracy: when each method first reaches what all reach, in steps and in virtual time.
#pragma once

#include <filesystem>
#include <vector>

#include "murmur/run/compare/result.h"
#include "murmur/run/records/metrics.h"

namespace murmur::run {

// `lines`: of the runs of one column, [method][seed]. None if a run has fewer than two evaluations,
// or if fewer than two methods contribute to the target.
std::optional<TimeToAccuracy> time_to_accuracy_of(
    const Comparison& comparison,
    std::size_t setting,
    const std::vector<std::vector<std::vector<MetricsLine>>>& lines);

// For all columns, read from the folders of the runs.
std::vector<TimeToAccuracy> times_to_accuracy_of(const std::filesystem::path& folder,
                                                 const Comparison& comparison);

}  // namespace murmur::run
