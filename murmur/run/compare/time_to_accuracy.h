// SPDX-License-Identifier: Apache-2.0
// Time to accuracy: which method first has what all come to, in steps and in virtual time.
#pragma once

#include <filesystem>
#include <vector>

#include "murmur/run/compare/result.h"
#include "murmur/run/records/metrics.h"

namespace murmur::run {

// Lines of the runs, [method][seed], of one column. None where a run has fewer than two
// evaluations, or fewer than two methods count.
std::optional<TimeToAccuracy> time_to_accuracy_of(
    const Comparison& comparison,
    std::size_t setting,
    const std::vector<std::vector<std::vector<MetricsLine>>>& lines);

// Of all columns, from the folders of the runs.
std::vector<TimeToAccuracy> times_to_accuracy_of(const std::filesystem::path& folder,
                                                 const Comparison& comparison);

}  // namespace murmur::run
