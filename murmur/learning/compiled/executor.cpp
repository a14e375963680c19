// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/compiled/executor.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "murmur/core/host_program.h"

namespace murmur::learning {
namespace {

template <class S>
class CompiledExecutor : public Executor<S> {
 public:
  CompiledExecutor(std::shared_ptr<const CompiledStep> step, const Objective& objective)
      : step_(std::move(step)),
        examples_(step_->model().examples()),
        classes_(step_->model().outputs),
        takes_wide_labels_(step_->model().batch[1].dtype == "int64"),
        loss_(make_loss<S>(objective, classes_, examples_)) {}

  double gradient(const ExampleBatch<S>& batch,
                  const TrainingPass<S>& pass,
                  const LayerReady& /*ready*/) override {
    const FlushDenormals guard;
    batch.source->gather(batch.which, batch.draws, batch_);
    const std::vector<std::int32_t>& labels = batch_.column(data::kTargets).integers;
    MURMUR_CHECK(batch_.count == examples_, "{} examples, not {}", batch_.count, examples_);
    const void* y = labels.data();
    if (takes_wide_labels_) {
      labels_.assign(labels.begin(), labels.end());
      y = labels_.data();
    }
    const std::array<const void*, 2> tensors{batch_.column(data::kInputs).numbers.values().data(),
                                             y};
    const double loss =
        step_->gradient<S>({.x = pass.x, .gradient = pass.gradient, .buffers = pass.buffers},
                           pass.dropout->bits(0),
                           tensors);
    if (pass.factor != 1) {
      const auto factor = static_cast<S>(pass.factor);
      std::for_each(pass.gradient,
                    pass.gradient + step_->layout().row_size(),
                    [factor](S& derivative) { derivative *= factor; });
    }
    return pass.factor * loss;
  }

  problems::Score score(const ExampleBatch<S>& batch, const problems::Model<S>& model) override {
    const FlushDenormals guard;
    batch.source->gather(batch.which, batch.draws, batch_);
    MURMUR_CHECK(batch_.count <= examples_, "{} examples, room for {}", batch_.count, examples_);
    const Targets<S> targets = targets_of(batch_);
    const auto values = static_cast<std::size_t>(examples_ * classes_);
    const std::span<S> rows = rows_.resize(values);
    step_->outputs<S>(model.x, model.buffers, whole_batch(), rows);
    const auto count = static_cast<std::size_t>(batch_.count);
    const auto classes = static_cast<std::size_t>(classes_);
    const std::span<S> columns = columns_.resize(count * classes);
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < classes; ++k) {
        columns[k * count + i] = rows[i * classes + k];
      }
    }
    return loss_->forward(columns.data(), targets, delta_.resize(values).data());
  }

  double objective_sum() const override { return loss_->objective_sum(); }
  std::span<const S> outputs() const override { return columns_.values(); }

 private:
  // The inputs, followed by zeros where the batch has fewer examples.
  const S* whole_batch() {
    const std::span<const S> given = batch_.column(data::kInputs).numbers.values();
    if (batch_.count == examples_) {
      return given.data();
    }
    const std::size_t size = given.size() / static_cast<std::size_t>(batch_.count);
    const std::span<S> inputs = inputs_.resize(size * static_cast<std::size_t>(examples_));
    std::ranges::fill(std::ranges::copy(given, inputs.begin()).out, inputs.end(), S(0));
    return inputs.data();
  }

  const std::shared_ptr<const CompiledStep> step_;
  const std::int64_t examples_;
  const std::int64_t classes_;
  const bool takes_wide_labels_;
  const std::unique_ptr<Loss<S>> loss_;
  data::Batch<S> batch_;
  std::vector<std::int64_t> labels_;
  data::Buffer<S> inputs_;
  data::Buffer<S> rows_;     // examples x classes
  data::Buffer<S> columns_;  // classes x examples
  data::Buffer<S> delta_;
};

}  // namespace

namespace {

Status check_batches(const models::CompiledModel& model, const data::TrainingData& data) {
  const std::int64_t size = model.examples();
  const data::BatchSettings& settings = data.batches->settings();
  if (settings.batch_size != size) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("data.batch_size = {}, and {} was compiled for batches of {}",
                               settings.batch_size,
                               model.folder.string(),
                               size)};
  }
  for (int worker = 0; worker < data.partition->workers(); ++worker) {
    const auto count = static_cast<std::int64_t>(data.partition->of(worker).size());
    if (!settings.drop_last && count % size != 0) {
      return Failure{FailureKind::kInvalid,
                     fmt::format("worker {} has {} examples, so its last batch has not the {} that "
                                 "{} was compiled for; let data.drop_last be true",
                                 worker,
                                 count,
                                 size,
                                 model.folder.string())};
    }
  }
  return Ok{};
}

}  // namespace

Result<std::shared_ptr<const CompiledStep>> open_compiled(const SupervisedSettings& settings) {
  const models::CompiledModel& model = *settings.network.compiled;
  if (settings.data.dataset->task != data::Task::kClassification) {
    return Failure{FailureKind::kInvalid,
                   "the data have no classes, and a compiled model is a classifier"};
  }
  if (settings.label_smoothing != 0) {
    return Failure{FailureKind::kInvalid,
                   "loss.label_smoothing is of models whose loss is computed here, and a compiled "
                   "model has its own; leave it out"};
  }
  if (const Status fits = check_batches(model, settings.data); !fits) {
    return fits.failure();
  }
  return CompiledStep::open(model);
}

template <class S>
std::unique_ptr<Executor<S>> make_compiled_executor(std::shared_ptr<const CompiledStep> step,
                                                    const Objective& objective) {
  return std::make_unique<CompiledExecutor<S>>(std::move(step), objective);
}

template std::unique_ptr<Executor<float>> make_compiled_executor(
    std::shared_ptr<const CompiledStep>, const Objective&);
template std::unique_ptr<Executor<double>> make_compiled_executor(
    std::shared_ptr<const CompiledStep>, const Objective&);

}  // namespace murmur::learning
