// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/words.h"

#include <map>

namespace murmur::run {

namespace {

const std::map<std::string, std::string>& words() {
  static const std::map<std::string, std::string> kWords{
      {"train/loss", "training loss"},
      {"train/lr", "learning rate"},
      {"eval/accuracy_local_mean", "accuracy, mean of the local models"},
      {"eval/accuracy_local_min", "accuracy of the worst local model"},
      {"eval/accuracy_local_std", "spread of the local models' accuracy"},
      {"eval/accuracy_averaged", "accuracy of the averaged model"},
      {"eval/loss_local_mean", "test loss, mean of the local models"},
      {"eval/loss_averaged", "test loss of the averaged model"},
      {"consensus/distance", "consensus distance"},
      {"comm/bytes_sent", "bytes sent"},
      {"comm/messages", "messages sent"},
      {"comm/wire_bytes", "bytes between processes"},
      {"time/wall_s", "wall time"},
      {"time/gradient_s", "time for gradients"},
      {"time/algorithm_s", "time for the algorithm"},
      {"time/evaluation_s", "time for evaluation"},
      {"time/wait_s", "time spent waiting"},
      {"time/virtual_s", "virtual time"},
      {"time/virtual_step_s", "virtual time per step"}};
  return kWords;
}

}  // namespace

Unit unit_of(const std::string& metric) {
  if (metric.find("accuracy") != std::string::npos) {
    return Unit::kFraction;
  }
  if (metric.find("bytes") != std::string::npos) {
    return Unit::kBytes;
  }
  return metric.starts_with("time/") || metric == "wall_s" ? Unit::kSeconds : Unit::kNumber;
}

std::string words_of(const std::string& metric) {
  const auto found = words().find(metric);
  return found == words().end() ? metric : found->second;
}

std::vector<std::string> known_metrics() {
  std::vector<std::string> names;
  for (const auto& [name, text] : words()) {
    names.push_back(name);
  }
  return names;
}

}  // namespace murmur::run
