// SPDX-License-Identifier: Apache-2.0
// Supervised learning: f_i is the mean loss of a network on worker i's examples (loss.h). The
// gradient of (worker, step, row) is that of the worker's batch at that step; it is bitwise
// identical on every thread and in every process. Scores are computed on the test set, or on the
// validation set.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "murmur/core/error.h"
#include "murmur/data/training_data.h"
#include "murmur/learning/weights/weights.h"
#include "murmur/models/network.h"
#include "murmur/problems/problem.h"

namespace murmur::learning {

// Examples of a pass that scores, at most: large enough for efficient products, small enough that
// activations stay in cache.
inline constexpr std::int64_t kScoreBatch = 256;

// On which examples a problem scores models. kOwnTest: part i of a score is worker i's own part of
// the test set.
enum class Scored { kTest, kValidation, kOwnTest };

struct SupervisedSettings {
  data::TrainingData data;
  models::Network network;     // matches the shape and the outputs of the data
  double label_smoothing = 0;  // of classes and tokens: in the objective, not in scores
  // Whether f_i is multiplied by n N_i / N, so that the mean of all f_i is the mean over examples.
  bool weighs_examples = false;
  // What replaces the initial values, tensor by tensor; null: nothing does.
  std::shared_ptr<const WeightsSource> weights = nullptr;
  WeightsMatch weights_match = {};
  std::uint64_t seed = 1;  // of the initial parameters
  Scored scored = Scored::kTest;
  std::int64_t evaluation_examples = 0;  // the first ones of the test set; 0: all
  // Of a pass, where scores depend on it (models::Network::evaluates_by_batch).
  std::int64_t evaluation_batch = 32;
  std::string matmul = "auto";  // "auto", "onednn" or "torch" (libraries.h)
};

// S: float or double. kInvalid: this build has no torch, or not the library that `matmul` names; or
// a compiled model does not fit the data, the torch or the processor. kMissing: torch is needed and
// cannot be loaded, or a file of a compiled model. kDamaged, kIo: that, or the weights, cannot be
// read.
template <class S>
Result<std::unique_ptr<problems::Problem<S>>> make_supervised(const SupervisedSettings& settings);

extern template Result<std::unique_ptr<problems::Problem<float>>> make_supervised<float>(
    const SupervisedSettings&);
extern template Result<std::unique_ptr<problems::Problem<double>>> make_supervised<double>(
    const SupervisedSettings&);

}  // namespace murmur::learning
