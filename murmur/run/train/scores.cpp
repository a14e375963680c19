// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/scores.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace murmur::run {
namespace {

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

// Population standard deviation: the values are those of all workers, so the divisor is n.
double deviation(const std::vector<double>& values) {
  const double center = mean(values);
  double sum = 0;
  for (const double value : values) {
    sum += (value - center) * (value - center);
  }
  return std::sqrt(sum / static_cast<double>(values.size()));
}

}  // namespace

template <class S>
std::vector<problems::Score> score_models(problems::Problem<S>& problem,
                                          threads::Pool& pool,
                                          const std::vector<problems::Model<S>>& models) {
  const auto parts = static_cast<std::size_t>(problem.score_parts());
  std::vector<problems::Score> of_part(models.size() * parts);
  pool.run(of_part.size(), [&](std::size_t task, int thread) {
    of_part[task] =
        problem.score(models[task / parts], static_cast<std::int64_t>(task % parts), thread);
  });
  std::vector<problems::Score> scores(models.size());
  for (std::size_t task = 0; task < of_part.size(); ++task) {
    scores[task / parts] += of_part[task];
  }
  return scores;
}

double value_of(const Measure& measure, const problems::Score& score) {
  const problems::NamedSum* sum = score.find(measure.sum);
  return sum == nullptr ? 0 : measure.of_mean(sum->mean());
}

void add_measure(const Measure& measure,
                 const std::vector<double>& local,
                 double averaged,
                 Metrics& metrics) {
  metrics[measure.main_metric()] = mean(local);
  metrics[measure.metric("_averaged")] = averaged;
  if (measure.has_spread) {
    metrics[measure.metric("_local_std")] = deviation(local);
    const auto [least, most] = std::ranges::minmax(local);
    metrics[measure.worst_metric()] = lower_is_better(measure.main_metric()) ? most : least;
  }
}

double own_value(const problems::Score& score) {
  const problems::NamedSum* correct = score.find(problems::kCorrect);
  return correct == nullptr || correct->count == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                   : correct->mean();
}

void add_own_accuracy(const std::vector<double>& own, Metrics& metrics) {
  std::vector<double> there;
  std::ranges::copy_if(
      own, std::back_inserter(there), [](double value) { return !std::isnan(value); });
  if (!there.empty()) {
    metrics["eval/accuracy_own_mean"] = mean(there);
    metrics["eval/accuracy_own_min"] = std::ranges::min(there);
  }
}

template std::vector<problems::Score> score_models(problems::Problem<float>&,
                                                   threads::Pool&,
                                                   const std::vector<problems::Model<float>>&);
template std::vector<problems::Score> score_models(problems::Problem<double>&,
                                                   threads::Pool&,
                                                   const std::vector<problems::Model<double>>&);

}  // namespace murmur::run
