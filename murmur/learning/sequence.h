// SPDX-License-Identifier: Apache-2.0
// Models that compute the scores of tokens themselves, and have no head (head.h): the loss is the
// mean over all predicted tokens of
//
//   log sum_v exp Z_v - Z_target,   with label smoothing as in CrossEntropyLoss
//
// A language model predicts tokens 1, 2, ... of a window from those before each; a model of pairs
// every token of the target from the source and those before it.
#pragma once

#include "murmur/core/random.h"
#include "murmur/data/batch.h"
#include "murmur/learning/head.h"
#include "murmur/problems/score.h"

namespace murmur::learning {

// What one pass computes with.
template <class S>
struct SequencePass {
  const data::Batch<S>* batch = nullptr;
  const S* x = nullptr;
  S* gradient = nullptr;            // where backward() will write to; null: evaluation
  const Random* dropout = nullptr;  // null: nothing is dropped
};

// Not thread-safe: one instance per thread.
template <class S>
class Sequence {
 public:
  Sequence() = default;
  Sequence(const Sequence&) = delete;
  Sequence& operator=(const Sequence&) = delete;
  virtual ~Sequence() = default;

  // The sums of the losses, without label smoothing in evaluation. Throws std::runtime_error if the
  // model cannot compute such a batch.
  virtual problems::Score forward(const SequencePass<S>& pass) = 0;
  // Of the last forward(): the mean loss that backward() differentiates, times its tokens.
  virtual double objective_sum() const = 0;

  // Of that loss times `factor`. REQUIRES: the last forward() had a gradient.
  virtual void backward(double factor, const LayerReady& ready) = 0;
};

}  // namespace murmur::learning
