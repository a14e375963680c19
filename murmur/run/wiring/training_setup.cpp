// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/training_setup.h"

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/learning/supervised.h"
#include "murmur/run/wiring/data_shape.h"
#include "murmur/run/wiring/network.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
std::vector<std::int64_t> TrainingSetup::examples() const {
  std::vector<std::int64_t> counts;
  for (int worker = 0; worker < data.partition->workers(); ++worker) {
    counts.push_back(static_cast<std::int64_t>(data.partition->of(worker).size()));
  }
  return counts;
}

TrainingSetup make_training_setup(const Config& config,
                                  Resources& resources,
                                  threads::Pool& pool,
                                  World* world) {
  auto dataset = resources.dataset(config.data, pool, world);
  if (!dataset) {
    throw UserError(dataset.failure().message, code_of(dataset.failure()));
  }
  require_fit(config, *dataset.value());
  auto divided = data::divide(dataset.value(), division_of(config));
  if (!divided) {
    throw UserError(fmt::format("[data]: {}", divided.failure().message));
  }
  return {std::move(divided).value(), make_network(config, dataset.value()->form())};
}

template <class S>
std::unique_ptr<problems::Problem<S>> make_training_problem(const Config& config,
                                                            const TrainingSetup& setup) {
  auto made =
      learning::make_supervised<S>({.data = setup.data,
                                    .network = setup.network,
                                    .label_smoothing = config.label_smoothing,
                                    .seed = config.seed,
                                    .evaluation_examples = config.evaluation.examples.value_or(0),
                                    .evaluation_batch = config.evaluation.batch_size.value_or(32),
                                    .matmul = config.matmul});
  if (!made) {
    throw UserError(made.failure().message);
  }
  return std::move(made).value();
}

Schedule make_schedule(const Config& config,
                       const topology::Topology& graph,
                       std::int64_t steps_per_epoch) {
  const Scale& scale = config.schedule.scale;
  const double degree = scale.kind == Scale::Kind::kDegree ? mean_degree(graph) : 0;
  const double target =
      config.algorithm.learning_rate.front() * scale_factor(scale, config.workers, degree);
  return {config.schedule, target, steps_per_epoch};
}

template std::unique_ptr<problems::Problem<float>> make_training_problem<float>(
    const Config&, const TrainingSetup&);
template std::unique_ptr<problems::Problem<double>> make_training_problem<double>(
    const Config&, const TrainingSetup&);

}  // namespace murmur::run
