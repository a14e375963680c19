// SPDX-License-Identifier: Apache-2.0
// The outputs of a network with a head for examples, one by one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"
#include "murmur/models/network.h"
#include "murmur/problems/problem.h"

namespace murmur::learning {

// For the test examples of a dataset, whose labels are not read: scores of the classes, or targets.
// kInvalid, kMissing as make_supervised() (supervised.h). REQUIRES: the network has a head.
template <class S>
Result<std::vector<std::vector<double>>> outputs_of(const models::Network& network,
                                                    std::shared_ptr<const data::Dataset> dataset,
                                                    const problems::Model<S>& model,
                                                    const std::string& matmul);

}  // namespace murmur::learning
