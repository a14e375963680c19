// SPDX-License-Identifier: Apache-2.0
// `statistics = "average"`: the buffers of the workers' models (running statistics) are mixed and
// averaged wherever the models are. No kernel touches them.
#pragma once

#include "murmur/core/error.h"
#include "murmur/core/program.h"

namespace murmur::algorithms {

// Adds the field of the buffers, and behind every stage that mixes, pushes or averages the model
// one that does the same to them. A program that keeps one model averages them at every step, since
// each worker has seen batches of its own. kInvalid: the program moves models in a way that buffers
// cannot follow; the message says which.
template <class S>
Status carry_buffers(Program<S>& program);

extern template Status carry_buffers(Program<float>&);
extern template Status carry_buffers(Program<double>&);

}  // namespace murmur::algorithms
