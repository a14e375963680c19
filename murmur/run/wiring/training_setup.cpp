// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/training_setup.h"

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/learning/supervised.h"
#include "murmur/models/bert_config.h"
#include "murmur/run/wiring/data_shape.h"
#include "murmur/run/wiring/network.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

// A plan can do without.
void require_encoder(const Config& config) {
  const OptionValues& options = config.model.options;
  const std::string folder = options.has("folder") ? options.text("folder") : "";
  if (!folder.empty() && !models::published_encoder(folder).empty()) {
    throw UserError(fmt::format("there is no file {}/config.json; model.folder is the folder of a "
                                "published encoder, with config.json and vocab.txt",
                                folder),
                    ExitCode::kData);
  }
}

}  // namespace

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
    const FailureKind kind = divided.failure().kind;
    throw UserError(fmt::format("[data]: {}", divided.failure().message),
                    kind == FailureKind::kInvalid ? ExitCode::kUsage : ExitCode::kData);
  }
  TrainingSetup setup{std::move(divided).value(), make_network(config, dataset.value()->form())};
  require_encoder(config);
  setup.start = find_start_weights(config, setup.network);
  return setup;
}

namespace {

learning::SupervisedSettings settings_of(const Config& config,
                                         const TrainingSetup& setup,
                                         learning::Scored scored) {
  return {.data = setup.data,
          .network = setup.network,
          .label_smoothing = config.label_smoothing,
          .weighs_examples = config.data.weighs_examples,
          .weights = setup.start.source,
          .weights_match = setup.start.match,
          .seed = config.seed,
          .scored = scored,
          .evaluation_examples = config.evaluation.examples.value_or(0),
          .evaluation_batch = config.evaluation.batch_size.value_or(32),
          .matmul = config.matmul};
}

template <class S>
std::unique_ptr<problems::Problem<S>> make_problem(const Config& config,
                                                   const TrainingSetup& setup,
                                                   learning::Scored scored) {
  auto made = learning::make_supervised<S>(settings_of(config, setup, scored));
  if (!made) {
    const FailureKind kind = made.failure().kind;
    const bool is_data = kind == FailureKind::kDamaged || kind == FailureKind::kIo;
    throw UserError(made.failure().message, is_data ? ExitCode::kData : ExitCode::kUsage);
  }
  return std::move(made).value();
}

}  // namespace

template <class S>
std::unique_ptr<problems::Problem<S>> make_training_problem(const Config& config,
                                                            const TrainingSetup& setup) {
  return make_problem<S>(config, setup, learning::Scored::kTest);
}

template <class S>
std::unique_ptr<problems::Problem<S>> make_scoring_problem(const Config& config,
                                                           const TrainingSetup& setup,
                                                           learning::Scored scored) {
  const bool is_there = scored == learning::Scored::kValidation
                            ? !setup.data.validation.examples.empty()
                            : !setup.data.own_test.empty();
  return is_there ? make_problem<S>(config, setup, scored) : nullptr;
}

template <class S>
std::unique_ptr<learning::Statistics<S>> make_statistics(const Config& config,
                                                         const TrainingSetup& setup) {
  const auto& examples = config.evaluation.statistics_examples;
  if (!examples) {
    return nullptr;
  }
  if (setup.network.compiled != nullptr) {
    throw UserError(
        "evaluation.statistics = \"recompute\" is not possible with a compiled model; leave "
        "it out");
  }
  if (setup.network.buffers.empty()) {
    throw UserError(
        fmt::format("evaluation.statistics = \"recompute\" is about running statistics of batch "
                    "normalization, and the model '{}' has none; leave it out",
                    config.model.name));
  }
  return learning::make_statistics<S>(settings_of(config, setup, learning::Scored::kTest),
                                      *examples);
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
template std::unique_ptr<problems::Problem<float>> make_scoring_problem<float>(const Config&,
                                                                               const TrainingSetup&,
                                                                               learning::Scored);
template std::unique_ptr<problems::Problem<double>> make_scoring_problem<double>(
    const Config&, const TrainingSetup&, learning::Scored);
template std::unique_ptr<learning::Statistics<float>> make_statistics<float>(const Config&,
                                                                             const TrainingSetup&);
template std::unique_ptr<learning::Statistics<double>> make_statistics<double>(
    const Config&, const TrainingSetup&);

}  // namespace murmur::run
