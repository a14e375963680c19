// SPDX-License-Identifier: Apache-2.0
// Text for tables and reports: names and units of metrics, and what the models were scored on.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/config/config.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/text/units.h"

namespace murmur::run {

Unit unit_of(const std::string& metric);

// "accuracy, mean of the local models"; the metric's own name if it has no other.
std::string words_of(const std::string& metric);

// What the models of a run were scored on: "the test set", or "the first 7 of 400 test examples".
std::string test_set_of(const Config& config, const DataCounts& data);
// Whether models are scored on the validation set all along, and on the test set at the end alone.
bool validated_alone(const Config& config);
// Which workers' own models were scored: "the first 2 of 4 workers"; empty if all were.
std::string scored_workers_of(const Config& config);
// Both as a sentence; empty if everything was scored.
std::string scored_text(const Config& config, const DataCounts& data);

// Every metric that a run's summary may contain.
std::vector<std::string> known_metrics();

}  // namespace murmur::run
