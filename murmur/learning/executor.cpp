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

template <class S>
std::unique_ptr<Body<S>> make_body(const models::Network& network, const Layout& layout) {
  const std::size_t layers = first_of_head(network);
  return layers == 0 ? nullptr : make_torch_body<S>(network, layout, layers);
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
      body_(make_body<S>(network, layout)),
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
                             const S* x,
                             S* gradient,
                             const LayerReady& ready) {
  const FlushDenormals guard;
  read(batch);
  const auto count = static_cast<std::int64_t>(labels_.size());
  const S* features = arena_.row(kImages, 0);
  typename Head<S>::Targets targets{.gradient = gradient, .features = nullptr};
  if (body_ != nullptr) {
    features = body_->forward(x, features, count, gradient);
    targets.features = arena_.row(kFeatureGradient, 0);
  }
  const problems::Score score = head_.forward(x, features, labels_);
  head_.backward(x, features, labels_, targets, ready);
  if (body_ != nullptr) {
    body_->backward(targets.features, ready);
  }
  return score.loss_sum / static_cast<double>(count);
}

template <class S>
problems::Score Executor<S>::score(const ExampleBatch& batch, const S* x) {
  const FlushDenormals guard;
  read(batch);
  const S* features = arena_.row(kImages, 0);
  if (body_ != nullptr) {
    features = body_->forward(x, features, static_cast<std::int64_t>(labels_.size()), nullptr);
  }
  return head_.forward(x, features, labels_);
}

template class Executor<float>;
template class Executor<double>;

}  // namespace murmur::learning
