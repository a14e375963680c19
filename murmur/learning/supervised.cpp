// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/supervised.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/random.h"
#include "murmur/data/source.h"
#include "murmur/learning/compiled/executor.h"
#include "murmur/learning/executor.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/matmul.h"

namespace murmur::learning {
namespace {

constexpr std::int64_t kScoreExamples = 1024;  // per part, or fewer in whole batches
// Scores of tokens of all examples in a pass: 64 MB in single precision.
constexpr std::int64_t kTokenScores = std::int64_t{1} << 24U;

std::int64_t score_batch(const SupervisedSettings& settings) {
  const models::Network& network = settings.network;
  if (network.compiled != nullptr) {
    return network.compiled->examples();
  }
  if (network.evaluates_by_batch) {
    return settings.evaluation_batch;
  }
  const std::int64_t of_example = network.head.empty() ? network.longest * network.classes : 1;
  return std::clamp<std::int64_t>(kTokenScores / of_example, 1, kScoreBatch);
}

std::vector<std::int32_t> first_indices(std::int64_t count) {
  std::vector<std::int32_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

// By which library: products of a network's layers, or all of a compiled model.
template <class S>
struct Computed {
  Matmul<S> matmul = nullptr;
  std::shared_ptr<const CompiledStep> step = nullptr;
};

template <class S>
class Supervised : public problems::Problem<S> {
 public:
  Supervised(const SupervisedSettings& settings, Computed<S> computed)
      : settings_(settings),
        computed_(std::move(computed)),
        layout_(models::layout(settings.network, sizeof(S))),
        buffers_(models::buffer_layout(settings.network, sizeof(S))),
        training_(data::make_source<S>(settings.data.dataset,
                                       data::Part::kTraining,
                                       settings.data.settings.augment,
                                       settings.data.settings.threads)),
        scored_(data::make_source<S>(settings.data.dataset, scored_part())),
        scored_indices_(scored_indices()),
        score_batch_(score_batch(settings)),
        part_examples_(std::max<std::int64_t>(kScoreExamples / score_batch_, 1) * score_batch_) {}

  int workers() const override { return settings_.data.settings.workers; }
  const Layout& layout() const override { return layout_; }
  const Layout& buffers() const override { return buffers_; }

  void prepare(int threads) override {
    const std::int64_t most = std::max(settings_.data.batches->largest(), score_batch_);
    instances_.clear();
    for (int thread = 0; thread < threads; ++thread) {
      instances_.push_back(std::make_unique<Instance>(
          computed_.step != nullptr
              ? make_compiled_executor<S>(computed_.step, objective())
              : make_executor<S>(settings_.network, layout_, objective(), most, computed_.matmul)));
    }
  }

  // Called once, before start().
  Status load_start() {
    start_.resize(layout_.row_size());
    start_buffers_.resize(buffers_.row_size());
    models::start<S>(settings_.network, layout_, settings_.seed, start_);
    models::start_buffers<S>(settings_.network, buffers_, start_buffers_);
    return settings_.weights == nullptr
               ? Status(Ok{})
               : load_weights<S>(*settings_.weights,
                                 settings_.weights_match,
                                 settings_.network,
                                 {.parameters = start_, .buffers = start_buffers_});
  }

  void start(int /*worker*/, std::span<S> row) const override {
    std::copy(start_.begin(), start_.end(), row.begin());
  }

  void start_buffers(std::span<S> row) const override {
    std::copy(start_buffers_.begin(), start_buffers_.end(), row.begin());
  }

  void gradients(std::span<problems::GradientJob<S>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override {
    Instance& own = instance(thread);
    for (std::size_t j = 0; j < jobs.size(); ++j) {
      problems::GradientJob<S>& job = jobs[j];
      const data::TrainingData& data = settings_.data;
      if (training_->reads_ahead()) {
        data.batches->batch(job.worker, job.batch + 1, own.which);
        training_->expect(own.which, augment_draws(job.worker, job.batch + 1));
      }
      data.batches->batch(job.worker, job.batch, own.which);
      const Random draws = augment_draws(job.worker, job.batch);
      const ExampleBatch<S> batch{.source = training_.get(), .which = own.which, .draws = &draws};
      const LayerReady layer_ready = [&](CoordinateRange range) {
        if (ready) {
          ready(j, range);
        }
      };
      const Random dropout(settings_.seed, Stream::kDropout, job.worker, job.batch);
      job.loss = own.executor->gradient(batch,
                                        {.x = job.x,
                                         .buffers = job.buffers,
                                         .gradient = job.gradient,
                                         .dropout = &dropout,
                                         .factor = factor_of(job.worker)},
                                        layer_ready);
      job.weight = data.batches->weight(own.which.size());
    }
  }

  double loss(int worker, const problems::Model<S>& model, int thread) override {
    const auto which = settings_.data.partition->of(worker);
    const Total total = score_all(*training_, which, model, thread);
    return total.objective_sum / static_cast<double>(total.score.of(problems::kLoss).count);
  }

  std::int64_t score_parts() const override {
    if (settings_.scored == Scored::kOwnTest) {
      return std::ssize(settings_.data.own_test);
    }
    return (scored_count() + part_examples_ - 1) / part_examples_;
  }

  problems::Score score(const problems::Model<S>& model, std::int64_t part, int thread) override {
    MURMUR_CHECK(part >= 0 && part < score_parts(), "part {} of {}", part, score_parts());
    if (settings_.scored == Scored::kOwnTest) {
      const auto& own = settings_.data.own_test[static_cast<std::size_t>(part)];
      return score_all(*scored_, own, model, thread).score;
    }
    const std::int64_t begin = part * part_examples_;
    const std::int64_t count = std::min(part_examples_, scored_count() - begin);
    const auto which =
        std::span(scored_indices_)
            .subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(count));
    return score_all(*scored_, which, model, thread).score;
  }

 private:
  struct Instance {
    explicit Instance(std::unique_ptr<Executor<S>> made) : executor(std::move(made)) {}
    std::unique_ptr<Executor<S>> executor;
    std::vector<std::int32_t> which;
  };

  struct Total {
    problems::Score score;
    double objective_sum = 0;
  };

  Random augment_draws(int worker, std::int64_t batch) const {
    return {settings_.data.settings.batches.seed, Stream::kAugment, worker, batch};
  }

  Objective objective() const {
    return {.task = settings_.data.dataset->task, .label_smoothing = settings_.label_smoothing};
  }

  double factor_of(int worker) const {
    const data::Partition& partition = *settings_.data.partition;
    return settings_.weighs_examples
               ? static_cast<double>(partition.workers() * partition.count(worker)) /
                     static_cast<double>(partition.total())
               : 1;
  }

  data::Part scored_part() const {
    return settings_.scored == Scored::kValidation ? settings_.data.validation.part
                                                   : data::Part::kTest;
  }

  std::vector<std::int32_t> scored_indices() const {
    if (settings_.scored == Scored::kValidation) {
      return settings_.data.validation.examples;
    }
    const std::int64_t all = scored_->count();
    const std::int64_t wanted = settings_.evaluation_examples;
    return first_indices(wanted > 0 ? std::min(wanted, all) : all);
  }

  std::int64_t scored_count() const { return static_cast<std::int64_t>(scored_indices_.size()); }

  // The instance of the calling thread.
  Instance& instance(int thread) {
    MURMUR_CHECK(thread >= 0 && static_cast<std::size_t>(thread) < instances_.size(),
                 "thread {} of {} prepared ones",
                 thread,
                 instances_.size());
    compute_alone();
    return *instances_[static_cast<std::size_t>(thread)];
  }

  Total score_all(const data::Source<S>& source,
                  std::span<const std::int32_t> which,
                  const problems::Model<S>& model,
                  int thread) {
    Instance& own = instance(thread);
    Total total;
    while (!which.empty()) {
      const auto count = std::min(which.size(), static_cast<std::size_t>(score_batch_));
      total.score += own.executor->score(
          {.source = &source, .which = which.first(count), .draws = nullptr}, model);
      total.objective_sum += own.executor->objective_sum();
      which = which.subspan(count);
    }
    return total;
  }

  const SupervisedSettings settings_;
  const Computed<S> computed_;
  const Layout layout_;
  const Layout buffers_;
  const std::unique_ptr<data::Source<S>> training_;
  const std::unique_ptr<data::Source<S>> scored_;
  const std::vector<std::int32_t> scored_indices_;
  std::vector<S> start_;
  std::vector<S> start_buffers_;
  const std::int64_t score_batch_;                    // examples
  const std::int64_t part_examples_;                  // a multiple of it
  std::vector<std::unique_ptr<Instance>> instances_;  // one per thread
};

}  // namespace

namespace {

template <class S>
Result<Computed<S>> find_libraries(const SupervisedSettings& settings) {
  if (settings.network.compiled != nullptr) {
    auto step = open_compiled(settings);
    if (!step) {
      return step.failure();
    }
    return Computed<S>{.step = std::move(step).value()};
  }
  // Torch is loaded before oneDNN, so that both use the OpenMP runtime of torch.
  if (settings.network.has_body) {
    if (const Status loaded = load_torch(); !loaded) {
      return loaded.failure();
    }
  }
  const Result<Matmul<S>> matmul = find_matmul<S>(settings.matmul);
  if (!matmul) {
    return matmul.failure();
  }
  return Computed<S>{.matmul = matmul.value()};
}

}  // namespace

template <class S>
Result<std::unique_ptr<problems::Problem<S>>> make_supervised(const SupervisedSettings& settings) {
  auto computed = find_libraries<S>(settings);
  if (!computed) {
    return computed.failure();
  }
  const data::Dataset& dataset = *settings.data.dataset;
  const ExampleForm form = dataset.form();
  MURMUR_CHECK(settings.network.input == form.shape && settings.network.longest >= form.longest,
               "a network for other inputs");
  MURMUR_CHECK(dataset.task == data::Task::kClassification
                   ? settings.network.classes >= dataset.classes
                   : settings.network.classes == dataset.outputs(),
               "a network of {} outputs",
               settings.network.classes);
  auto made = std::make_unique<Supervised<S>>(settings, std::move(computed).value());
  if (const Status loaded = made->load_start(); !loaded) {
    return loaded.failure();
  }
  return std::unique_ptr<problems::Problem<S>>(std::move(made));
}

template Result<std::unique_ptr<problems::Problem<float>>> make_supervised<float>(
    const SupervisedSettings&);
template Result<std::unique_ptr<problems::Problem<double>>> make_supervised<double>(
    const SupervisedSettings&);

}  // namespace murmur::learning
