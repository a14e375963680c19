// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/executor.h"

#include <algorithm>

#include "murmur/core/check.h"
#include "murmur/core/flush_denormals.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

constexpr std::size_t kImages = 0;
constexpr std::size_t kFeatureGradient = 1;

template <class S>
std::size_t whole_lines(std::int64_t numbers) {
  constexpr std::size_t kLine = kAlignment / sizeof(S);
  return (static_cast<std::size_t>(numbers) + kLine - 1) / kLine * kLine;
}

}  // namespace

template <class S>
Executor<S>::Executor(const models::Network& network,
                      const Layout& layout,
                      const data::ImageReader<S>& reader,
                      std::int64_t most,
                      Matmul<S> matmul)
    : reader_(reader),
      most_(most),
      body_(network.has_body ? make_torch_body<S>(network) : nullptr),
      head_(network, layout, most, matmul),
      arena_(
          {1, body_ != nullptr ? 1U : 0U},
          whole_lines<S>(most * std::max(head_.inputs(),
                                         network.input[0] * network.input[1] * network.input[2]))) {
}

template <class S>
void Executor<S>::read(const ExampleBatch& batch) {
  MURMUR_CHECK(static_cast<std::int64_t>(batch.which.size()) <= most_,
               "{} examples, room for {}",
               batch.which.size(),
               most_);
  S* const images = arena_.row(kImages, 0);
  if (batch.draws == nullptr) {
    reader_.read(*batch.examples, batch.which, images);
  } else {
    reader_.read_augmented(*batch.examples, batch.which, *batch.draws, images);
  }
  labels_.resize(batch.which.size());
  std::transform(batch.which.begin(), batch.which.end(), labels_.begin(), [&](std::int32_t i) {
    return batch.examples->labels[static_cast<std::size_t>(i)];
  });
}

template <class S>
double Executor<S>::gradient(const ExampleBatch& batch,
                             const TrainingPass<S>& pass,
                             const LayerReady& ready) {
  const FlushDenormals guard;
  read(batch);
  const auto count = static_cast<std::int64_t>(labels_.size());
  const S* features = arena_.row(kImages, 0);
  typename Head<S>::Targets targets{.gradient = pass.gradient, .features = nullptr};
  if (body_ != nullptr) {
    features = body_->forward({.x = pass.x,
                               .buffers = pass.buffers,
                               .images = features,
                               .count = count,
                               .gradient = pass.gradient,
                               .dropout = pass.dropout});
    targets.features = arena_.row(kFeatureGradient, 0);
  }
  const problems::Score score = head_.forward(pass.x, features, labels_);
  head_.backward(pass.x, features, labels_, targets, ready);
  if (body_ != nullptr) {
    body_->backward(targets.features, ready);
  }
  return score.loss_sum / static_cast<double>(count);
}

template <class S>
problems::Score Executor<S>::score(const ExampleBatch& batch, const problems::Model<S>& model) {
  const FlushDenormals guard;
  read(batch);
  const S* features = arena_.row(kImages, 0);
  if (body_ != nullptr) {
    features = body_->forward({.x = model.x,
                               .buffers = const_cast<S*>(model.buffers),  // only read in evaluation
                               .images = features,
                               .count = static_cast<std::int64_t>(labels_.size()),
                               .gradient = nullptr,
                               .dropout = nullptr});
  }
  return head_.forward(model.x, features, labels_);
}

template class Executor<float>;
template class Executor<double>;

}  // namespace murmur::learning
