// SPDX-License-Identifier: Apache-2.0
// Computes a network on one thread: batch, body, head; or batch and a model of sequences.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "murmur/core/layout.h"
#include "murmur/core/random.h"
#include "murmur/data/source.h"
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
  double factor = 1;  // of the loss
};

template <class S>
class Executor {
 public:
  Executor() = default;
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;
  virtual ~Executor() = default;

  // Writes the gradient of the batch's mean loss times the factor; returns that loss. Throws
  // std::runtime_error if the network cannot be trained on such a batch.
  virtual double gradient(const ExampleBatch<S>& batch,
                          const TrainingPass<S>& pass,
                          const LayerReady& ready) = 0;

  virtual problems::Score score(const ExampleBatch<S>& batch, const problems::Model<S>& model) = 0;
  // The loss that gradient() differentiates, of the examples of the last score(), times the number
  // of the terms of its sum.
  virtual double objective_sum() const = 0;
  // Of a network with a head: outputs x examples of the last score().
  virtual std::span<const S> outputs() const { return {}; }
};

// `most`: largest number of examples in one call. The network outlives the executor. REQUIRES:
// torch is loaded if the network has a body.
template <class S>
std::unique_ptr<Executor<S>> make_executor(const models::Network& network,
                                           const Layout& layout,
                                           const Objective& objective,
                                           std::int64_t most,
                                           Matmul<S> matmul);

// Of a network without a head.
template <class S>
std::unique_ptr<Executor<S>> make_sequence_executor(const models::Network& network,
                                                    const Objective& objective);

}  // namespace murmur::learning
