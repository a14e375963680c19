// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/executor.h"

#include "murmur/core/check.h"
#include "murmur/core/host_program.h"
#include "murmur/learning/body.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

// Batch, body and head.
template <class S>
class HeadExecutor : public Executor<S> {
 public:
  HeadExecutor(const models::Network& network,
               const Layout& layout,
               const Objective& objective,
               std::int64_t most,
               Matmul<S> matmul)
      : most_(most),
        body_(network.has_body ? make_torch_body<S>(network) : nullptr),
        head_(network, layout, objective, most, matmul) {}

  double gradient(const ExampleBatch<S>& batch,
                  const TrainingPass<S>& pass,
                  const LayerReady& ready) override {
    const FlushDenormals guard;
    const S* features = read(batch);
    const Targets<S> targets = targets_of(batch_);
    typename Head<S>::Derivatives derivatives{
        .gradient = pass.gradient, .features = nullptr, .factor = pass.factor};
    if (body_ != nullptr) {
      features = body_->forward({.x = pass.x,
                                 .buffers = pass.buffers,
                                 .inputs = &batch_.column(data::kInputs),
                                 .count = targets.count,
                                 .gradient = pass.gradient,
                                 .dropout = pass.dropout});
      derivatives.features =
          feature_gradient_.resize(static_cast<std::size_t>(targets.count * head_.inputs())).data();
    }
    head_.forward(pass.x, features, targets);
    head_.backward(pass.x, features, targets, derivatives, ready);
    if (body_ != nullptr) {
      body_->backward(derivatives.features, ready);
    }
    return pass.factor * head_.objective_sum() / static_cast<double>(targets.count);
  }

  problems::Score score(const ExampleBatch<S>& batch, const problems::Model<S>& model) override {
    const FlushDenormals guard;
    const S* features = read(batch);
    const Targets<S> targets = targets_of(batch_);
    if (body_ != nullptr) {
      features =
          body_->forward({.x = model.x,
                          .buffers = const_cast<S*>(model.buffers),  // only read in evaluation
                          .inputs = &batch_.column(data::kInputs),
                          .count = targets.count,
                          .gradient = nullptr,
                          .dropout = nullptr});
    }
    return head_.forward(model.x, features, targets);
  }

  double objective_sum() const override { return head_.objective_sum(); }
  std::span<const S> outputs() const override { return head_.outputs(); }

 private:
  // The inputs of the batch if they are numbers, which stay valid until the next call.
  const S* read(const ExampleBatch<S>& batch) {
    MURMUR_CHECK(static_cast<std::int64_t>(batch.which.size()) <= most_,
                 "{} examples, room for {}",
                 batch.which.size(),
                 most_);
    batch.source->gather(batch.which, batch.draws, batch_);
    return batch_.column(data::kInputs).numbers.values().data();
  }

  const std::int64_t most_;
  data::Batch<S> batch_;
  const std::unique_ptr<Body<S>> body_;  // null: the network has only a head
  Head<S> head_;
  data::Buffer<S> feature_gradient_;
};

}  // namespace

template <class S>
std::unique_ptr<Executor<S>> make_executor(const models::Network& network,
                                           const Layout& layout,
                                           const Objective& objective,
                                           std::int64_t most,
                                           Matmul<S> matmul) {
  if (network.head.empty()) {
    return make_sequence_executor<S>(network, objective);
  }
  return std::make_unique<HeadExecutor<S>>(network, layout, objective, most, matmul);
}

template std::unique_ptr<Executor<float>> make_executor(
    const models::Network&, const Layout&, const Objective&, std::int64_t, Matmul<float>);
template std::unique_ptr<Executor<double>> make_executor(
    const models::Network&, const Layout&, const Objective&, std::int64_t, Matmul<double>);

}  // namespace murmur::learning
