// SPDX-License-Identifier: Apache-2.0
// How much memory a training pass needs beside rows and modules, for plans.
#pragma once

#include "murmur/models/network.h"

namespace murmur::models {

// Numbers that torch holds at once for each example of a batch. 0: the model has no body, or
// nothing is known of it.
struct PassValues {
  // What convolutions, norms and activations save for the backward pass, and the two largest
  // derivatives.
  double training = 0;
  // Input and output of a layer of the largest ones, a shortcut, and what a convolution reorders.
  // They come on top: what the other kind of pass has freed is seldom reused for it.
  double evaluation = 0;
};
PassValues pass_values(const Network& network);

}  // namespace murmur::models
