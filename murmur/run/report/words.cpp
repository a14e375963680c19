// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/words.h"

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

std::vector<std::string> known_metrics() {
  return metric_names();
}

}  // namespace murmur::run
