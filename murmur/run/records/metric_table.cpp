// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/metric_table.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "murmur/problems/score.h"
#include "murmur/problems/token_loss.h"

namespace murmur::run {
namespace {

constexpr std::string_view kEval = "eval/";
constexpr std::string_view kValidation = "validation/";

const std::vector<Metric>& metrics() {
  using enum Unit;
  using enum Better;
  constexpr bool kLater = false;
  constexpr bool kTestAlone = false;
  static const std::vector<Metric> kMetrics{
      {"comm/bytes_sent", kBytes, kLower, "bytes sent"},
      {"comm/messages", kNumber, kLower, "messages sent"},
      {"comm/wire_bytes", kBytes, kLower, "bytes between processes"},
      {"consensus/distance", kNumber, kLower, "consensus distance"},
      {"eval/accuracy_averaged", kFraction, kHigher, "accuracy of the averaged model"},
      {"eval/accuracy_local_mean", kFraction, kHigher, "accuracy, mean of the local models"},
      {"eval/accuracy_local_min", kFraction, kHigher, "accuracy of the worst local model"},
      {"eval/accuracy_local_std", kFraction, kLower, "spread of the local models' accuracy"},
      {"eval/accuracy_own_mean", kFraction, kHigher, "accuracy on a worker's own part"},
      {"eval/accuracy_own_min", kFraction, kHigher, "worst accuracy on an own part"},
      {"eval/bleu_averaged", kNumber, kHigher, "BLEU of the averaged model", true, kTestAlone},
      {"eval/loss_averaged", kNumber, kLower, "test loss of the averaged model"},
      {"eval/loss_local_mean", kNumber, kLower, "test loss, mean of the local models"},
      {"eval/perplexity_averaged", kNumber, kLower, "perplexity of the averaged model"},
      {"eval/perplexity_local_max", kNumber, kLower, "perplexity of the worst model"},
      {"eval/perplexity_local_mean", kNumber, kLower, "perplexity, mean of the models"},
      {"eval/perplexity_local_std", kNumber, kLower, "spread of the perplexity"},
      {"eval/rmse_averaged", kNumber, kLower, "RMSE of the averaged model"},
      {"eval/rmse_local_max", kNumber, kLower, "RMSE of the worst local model"},
      {"eval/rmse_local_mean", kNumber, kLower, "RMSE, mean of the local models"},
      {"eval/rmse_local_std", kNumber, kLower, "spread of the local models' RMSE"},
      {"time/algorithm_s", kSeconds, kLower, "time for the algorithm"},
      {"time/evaluation_s", kSeconds, kLower, "time for evaluation"},
      {"time/gradient_s", kSeconds, kLower, "time for gradients"},
      {"time/virtual_s", kSeconds, kLower, "virtual time"},
      {"time/virtual_step_s", kSeconds, kLower, "virtual time per step"},
      {"time/wait_s", kSeconds, kLower, "time spent waiting"},
      {"time/wall_s", kSeconds, kLower, "wall time"},
      {"train/cross_entropy", kNumber, kLower, "training cross-entropy", kLater},
      {"train/loss", kNumber, kLower, "training loss"},
      {"train/lr", kNumber, kHigher, "learning rate"}};
  return kMetrics;
}

}  // namespace

const std::vector<Measure>& measures() {
  static const std::vector<Measure> kMeasures{
      {.name = "accuracy", .words = "accuracy", .sum = problems::kCorrect},
      {.name = "rmse",
       .words = "RMSE",
       .sum = problems::kSquaredError,
       .function = [](double mean) { return std::sqrt(mean); }},
      {.name = "perplexity",
       .words = "perplexity",
       .sum = problems::kTokenLoss,
       .function = [](double mean) { return std::exp(mean); }},
      {.name = "loss", .words = "loss", .sum = problems::kLoss, .has_spread = false}};
  return kMeasures;
}

Measure measure_of(std::string_view sum) {
  const auto found = std::find_if(
      measures().begin(), measures().end(), [&](const Measure& m) { return m.sum == sum; });
  return found == measures().end()
             ? Measure{.name = std::string(sum), .words = std::string(sum), .sum = sum}
             : *found;
}

std::string Measure::worst_metric() const {
  const auto found = find_metric(main_metric());
  return metric(found && found->better == Better::kLower ? "_local_max" : "_local_min");
}

const Measure* main_measure(const Metrics& values) {
  const auto found = std::find_if(measures().begin(), measures().end(), [&](const Measure& m) {
    return values.contains(m.main_metric());
  });
  return found == measures().end() ? nullptr : &*found;
}

std::string validation_name(const std::string& metric) {
  return metric.starts_with(kEval) ? std::string(kValidation) + metric.substr(kEval.size())
                                   : metric;
}

MainScore main_score(const Metrics& values) {
  if (const Measure* measure = main_measure(values)) {
    return {measure, measure->main_metric(), measure->name};
  }
  for (const Measure& measure : measures()) {
    const std::string metric = validation_name(measure.main_metric());
    if (values.contains(metric)) {
      return {&measure, metric, "validation " + measure.name};
    }
  }
  return {};
}

std::optional<Metric> find_metric(const std::string& name) {
  const bool validation = name.starts_with(kValidation);
  const std::string row = validation ? std::string(kEval) + name.substr(kValidation.size()) : name;
  const auto found = std::find_if(
      metrics().begin(), metrics().end(), [&](const Metric& metric) { return metric.name == row; });
  if (found == metrics().end()) {
    return std::nullopt;
  }
  Metric metric = *found;
  if (validation) {
    metric.name = name;
    metric.words += " (validation)";
  }
  return metric;
}

std::vector<std::string> metric_names() {
  std::vector<std::string> names;
  std::vector<std::string> of_validation;
  for (const Metric& metric : metrics()) {
    if (metric.measured) {
      names.push_back(metric.name);
    }
    if (metric.measured && metric.validated && metric.name.starts_with(kEval)) {
      of_validation.push_back(validation_name(metric.name));
    }
  }
  names.insert(names.end(), of_validation.begin(), of_validation.end());
  return names;
}

bool is_score(const std::string& name) {
  return name.starts_with(kEval) || name.starts_with(kValidation);
}

}  // namespace murmur::run
