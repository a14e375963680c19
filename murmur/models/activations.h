// SPDX-License-Identifier: Apache-2.0
// How much memory a training pass needs beside rows and modules, for plans.
#pragma once

#include "murmur/models/network.h"

namespace murmur::models {

// Numbers that a training pass of torch keeps at once for each example of a batch: what
// convolutions, norms and activations save for the backward pass, and the two largest derivatives.
// 0: the model has no body, or nothing is known of it.
double kept_values(const Network& network);

}  // namespace murmur::models
