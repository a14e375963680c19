// SPDX-License-Identifier: Apache-2.0
// Computes a network on one thread: batch, body, head.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "murmur/core/layout.h"
#include "murmur/core/random.h"
#include "murmur/data/source.h"
#include "murmur/learning/body.h"
#include "murmur/learning/head.h"
#include "murmur/learning/matmul.h"
#include "murmur/models/network.h"
#include "murmur/problems/problem.h"

namespace murmur::learning {

// The examples of a batch, and the random numbers of their transforms (null: none is applied).
template <class S>
struct ExampleBatch {
  const data::Source<S>* source = nullptr;
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
  // `most`: largest number of examples in one call. The network outlives the executor. REQUIRES:
  // torch is loaded if the network has a body.
  Executor(const models::Network& network,
           const Layout& layout,
           const Objective& objective,
           std::int64_t most,
           Matmul<S> matmul);

  // Writes the gradient of the batch's mean loss; returns that loss. Throws std::runtime_error if
  // the network cannot be trained on such a batch.
  double gradient(const ExampleBatch<S>& batch,
                  const TrainingPass<S>& pass,
                  const LayerReady& ready);

  problems::Score score(const ExampleBatch<S>& batch, const problems::Model<S>& model);
  // The loss that gradient() differentiates, of the examples of the last score(), times their
  // number.
  double objective_sum() const { return head_.objective_sum(); }

 private:
  // The inputs of the batch, which stay valid until the next call.
  const S* read(const ExampleBatch<S>& batch);

  std::int64_t most_;
  data::Batch<S> batch_;
  std::unique_ptr<Body<S>> body_;  // null: the network has only a head
  Head<S> head_;
  data::Buffer<S> feature_gradient_;
};

extern template class Executor<float>;
extern template class Executor<double>;

}  // namespace murmur::learning
