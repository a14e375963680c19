// SPDX-License-Identifier: Apache-2.0
#include "murmur/timing/step_times.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::timing {
namespace {

// The common value, or that of the worker.
template <class T>
const T& of_worker(const std::vector<T>& values, int worker) {
  return values.size() == 1 ? values.front() : values[static_cast<std::size_t>(worker)];
}

}  // namespace

double StepTimes::of(int worker, std::int64_t k) const {
  if (!step_.trace.empty()) {
    const std::vector<double>& column = of_worker(step_.trace, worker);
    return column[static_cast<std::size_t>(k) % column.size()];
  }
  return step_.distribution.empty() ? of_worker(step_.seconds, worker) : draw(worker, k);
}

double StepTimes::draw(int worker, std::int64_t k) const {
  const Random random(seed_, Stream::kVirtualTime, worker, k);
  const double mean = step_.mean;
  const double std = step_.std;
  if (step_.distribution == "normal") {
    return std::max(0.0, mean + std * random.normal(0));
  }
  if (step_.distribution == "lognormal") {
    const double variance = std::log1p(std * std / (mean * mean));  // of the logarithm
    return mean * std::exp(std::sqrt(variance) * random.normal(0) - variance / 2);
  }
  if (step_.distribution == "exponential") {
    return -mean * std::log1p(-random.uniform(0));
  }
  MURMUR_CHECK(step_.distribution == "uniform", "distribution '{}'", step_.distribution);
  return mean + std::numbers::sqrt3 * std * (2 * random.uniform(0) - 1);
}

}  // namespace murmur::timing
