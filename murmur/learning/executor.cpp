// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/executor.h"

#include "murmur/core/check.h"
#include "murmur/core/host_program.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {

template <class S>
Executor<S>::Executor(const models::Network& network,
                      const Layout& layout,
                      const Objective& objective,
                      std::int64_t most,
                      Matmul<S> matmul)
    : most_(most),
      body_(network.has_body ? make_torch_body<S>(network) : nullptr),
      head_(network, layout, objective, most, matmul) {}

template <class S>
const S* Executor<S>::read(const ExampleBatch<S>& batch) {
  MURMUR_CHECK(static_cast<std::int64_t>(batch.which.size()) <= most_,
               "{} examples, room for {}",
               batch.which.size(),
               most_);
  batch.source->gather(batch.which, batch.draws, batch_);
  return batch_.column(data::kInputs).numbers.values().data();
}

template <class S>
double Executor<S>::gradient(const ExampleBatch<S>& batch,
                             const TrainingPass<S>& pass,
                             const LayerReady& ready) {
  const FlushDenormals guard;
  const S* features = read(batch);
  const Targets<S> targets = targets_of(batch_);
  typename Head<S>::Derivatives derivatives{.gradient = pass.gradient, .features = nullptr};
  if (body_ != nullptr) {
    features = body_->forward({.x = pass.x,
                               .buffers = pass.buffers,
                               .images = features,
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
  return head_.objective_sum() / static_cast<double>(targets.count);
}

template <class S>
problems::Score Executor<S>::score(const ExampleBatch<S>& batch, const problems::Model<S>& model) {
  const FlushDenormals guard;
  const S* features = read(batch);
  const Targets<S> targets = targets_of(batch_);
  if (body_ != nullptr) {
    features = body_->forward({.x = model.x,
                               .buffers = const_cast<S*>(model.buffers),  // only read in evaluation
                               .images = features,
                               .count = targets.count,
                               .gradient = nullptr,
                               .dropout = nullptr});
  }
  return head_.forward(model.x, features, targets);
}

template class Executor<float>;
template class Executor<double>;

}  // namespace murmur::learning
