// SPDX-License-Identifier: Apache-2.0
// model.weights: what a run starts from instead of a fresh draw.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "murmur/learning/weights/weights.h"
#include "murmur/models/network.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

struct StartWeights {
  std::shared_ptr<const learning::WeightsSource> source;  // null: a fresh start
  learning::WeightsMatch match = {};
  std::vector<std::string> notes = {};  // what was drawn all the same, what was not used
};

// Throws UserError: the file or the tensors are not as they should be (3); the run has no
// checkpoint (6).
StartWeights find_start_weights(const Config& config, const models::Network& network);

}  // namespace murmur::run
