// SPDX-License-Identifier: Apache-2.0
// Computes a network on one thread: body, head, and buffers for one batch.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/layout.h"
#include "murmur/core/random.h"
#include "murmur/data/images/images.h"
#include "murmur/learning/body.h"
#include "murmur/learning/head.h"
#include "murmur/learning/matmul.h"
#include "murmur/models/network.h"
#include "murmur/problems/problem.h"

namespace murmur::learning {

// The examples of a batch, and the random numbers of their augmentation (null: no augmentation).
struct ExampleBatch {
  const data::Examples* examples = nullptr;
  std::span<const std::int32_t> which;
  const Random* draws = nullptr;
};

// The rows of one training pass, and the random numbers of its dropout.
template <class S>
struct TrainingPass {
  const S* x = nullptr;
  S* buffers = nullptr;   // null: they must not change
  S* gradient = nullptr;  // out
  const Random* dropout = nullptr;
};

template <class S>
class Executor {
 public:
  // `most`: largest number of examples in one call. The network and the reader outlive the
  // executor. REQUIRES: torch is loaded if the network has a body.
  Executor(const models::Network& network,
           const Layout& layout,
           const data::ImageReader<S>& reader,
           std::int64_t most,
           Matmul<S> matmul);

  // Writes the gradient of the batch's mean loss; returns that loss. Throws std::runtime_error if
  // the network cannot be trained on such a batch.
  double gradient(const ExampleBatch& batch, const TrainingPass<S>& pass, const LayerReady& ready);

  problems::Score score(const ExampleBatch& batch, const problems::Model<S>& model);

 private:
  void read(const ExampleBatch& batch);

  const data::ImageReader<S>& reader_;
  std::int64_t most_;
  std::unique_ptr<Body<S>> body_;  // null: the network has only a head
  Head<S> head_;
  Arena<S> arena_;  // images, and the derivative with respect to the features
  std::vector<std::uint8_t> labels_;
};

extern template class Executor<float>;
extern template class Executor<double>;

}  // namespace murmur::learning
