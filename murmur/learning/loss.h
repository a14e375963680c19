// SPDX-License-Identifier: Apache-2.0
// Losses of a batch as functions of the outputs Z of a network, and their derivatives D = dL/dZ.
//
//   classification   L = mean_i [ log sum_c exp Z_ci - Z_{label_i, i} ]       CrossEntropyLoss
//                    D = (softmax(Z) - onehot) / count
//                    label smoothing e: the target is (1 - e) onehot + e / classes
//   regression       L = mean_{i, k} (Z_ki - Y_ki)^2                          MSELoss
//                    D = 2 (Z - Y) / (count outputs)
//
// Z and D are stored as outputs x examples, so that loops vectorize over examples.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "murmur/data/batch.h"
#include "murmur/data/task.h"
#include "murmur/problems/score.h"

namespace murmur::learning {

struct Objective {
  data::Task task = data::Task::kClassification;
  double label_smoothing = 0;  // of classes and tokens, in [0, 1]; in the objective, not in scores
};

// What the outputs are compared with.
template <class S>
struct Targets {
  std::int64_t count = 0;                // examples
  std::span<const std::int32_t> labels;  // of classification
  std::span<const S> values;             // of regression: count x outputs
};

template <class S>
Targets<S> targets_of(const data::Batch<S>& batch);

// Not thread-safe: keeps values of the last forward().
template <class S>
class Loss {
 public:
  Loss() = default;
  Loss(const Loss&) = delete;
  Loss& operator=(const Loss&) = delete;
  virtual ~Loss() = default;

  // z, delta: outputs x targets.count. Leaves in `delta` what backward() needs.
  virtual problems::Score forward(const S* z, const Targets<S>& targets, S* delta) = 0;
  // The loss L of the last forward(), times the number of its examples.
  virtual double objective_sum() const = 0;
  // Turns `delta` into dL/dZ. REQUIRES: the last call was forward() with the same arguments.
  virtual void backward(const Targets<S>& targets, S* delta) = 0;
};

// `most`: largest number of examples in one call.
template <class S>
std::unique_ptr<Loss<S>> make_loss(const Objective& objective,
                                   std::int64_t outputs,
                                   std::int64_t most);

extern template Targets<float> targets_of(const data::Batch<float>&);
extern template Targets<double> targets_of(const data::Batch<double>&);
extern template std::unique_ptr<Loss<float>> make_loss(const Objective&,
                                                       std::int64_t,
                                                       std::int64_t);
extern template std::unique_ptr<Loss<double>> make_loss(const Objective&,
                                                        std::int64_t,
                                                        std::int64_t);

}  // namespace murmur::learning
