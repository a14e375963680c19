// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/words.h"

#include <fmt/format.h>

#include "murmur/run/records/metric_table.h"

namespace murmur::run {

Unit unit_of(const std::string& metric) {
  const auto found = find_metric(metric);
  return found ? found->unit : Unit::kNumber;
}

std::string words_of(const std::string& metric) {
  const auto found = find_metric(metric);
  return found ? found->words : metric;
}

std::string test_set_of(const Config& config, const DataCounts& data) {
  const std::int64_t wanted = config.evaluation.examples.value_or(0);
  const bool all = wanted == 0 || (data.test_examples > 0 && wanted >= data.test_examples);
  if (all) {
    return "the test set";
  }
  return data.test_examples > 0
             ? fmt::format("the first {} of {} test examples", wanted, data.test_examples)
             : fmt::format("the first {} test examples", wanted);
}

bool validated_alone(const Config& config) {
  return config.evaluation.test == TestSet::kEnd && config.data.validation.wanted();
}

std::string scored_workers_of(const Config& config) {
  const std::int64_t wanted = config.evaluation.workers.value_or(config.workers);
  return wanted < config.workers ? fmt::format("the first {} of {} workers", wanted, config.workers)
                                 : std::string();
}

std::string scored_text(const Config& config, const DataCounts& data) {
  const std::string workers = scored_workers_of(config);
  const std::string examples = test_set_of(config, data);
  if (workers.empty() && examples == "the test set") {
    return {};
  }
  return fmt::format(
      "Scored on {}{}.", examples, workers.empty() ? "" : "; local models are those of " + workers);
}

std::vector<std::string> known_metrics() {
  return metric_names();
}

}  // namespace murmur::run
