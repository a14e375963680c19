// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/host_program.h"
#include "murmur/learning/executor.h"
#include "murmur/learning/sequence.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

template <class S>
class SequenceExecutor : public Executor<S> {
 public:
  SequenceExecutor(const models::Network& network, const Objective& objective)
      : sequence_(make_torch_sequence<S>(network, objective)) {}

  double gradient(const ExampleBatch<S>& batch,
                  const TrainingPass<S>& pass,
                  const LayerReady& ready) override {
    const FlushDenormals guard;
    batch.source->gather(batch.which, batch.draws, batch_);
    const problems::Score score = sequence_->forward(
        {.batch = &batch_, .x = pass.x, .gradient = pass.gradient, .dropout = pass.dropout});
    sequence_->backward(pass.factor, ready);
    const auto tokens = static_cast<double>(score.of(problems::kLoss).count);
    return pass.factor * sequence_->objective_sum() / tokens;
  }

  problems::Score score(const ExampleBatch<S>& batch, const problems::Model<S>& model) override {
    const FlushDenormals guard;
    batch.source->gather(batch.which, batch.draws, batch_);
    return sequence_->forward({.batch = &batch_, .x = model.x});
  }

  double objective_sum() const override { return sequence_->objective_sum(); }

 private:
  const std::unique_ptr<Sequence<S>> sequence_;
  data::Batch<S> batch_;
};

}  // namespace

template <class S>
std::unique_ptr<Executor<S>> make_sequence_executor(const models::Network& network,
                                                    const Objective& objective) {
  return std::make_unique<SequenceExecutor<S>>(network, objective);
}

template std::unique_ptr<Executor<float>> make_sequence_executor(const models::Network&,
                                                                 const Objective&);
template std::unique_ptr<Executor<double>> make_sequence_executor(const models::Network&,
                                                                  const Objective&);

}  // namespace murmur::learning
