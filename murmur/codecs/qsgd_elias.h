// SPDX-License-Identifier: Apache-2.0
// QSGD (qsgd_levels.h) with the sparse code of its paper: of every level above zero the way from
// the one before, its sign and its size, in Elias' code (elias.h).
//
//   payload: the number of bytes that follow, 32 bits; of every bucket its norm; then of every
//   level above zero code(entries from the one before; from one in front of the first), a bit (1:
//   negative), code(level); what is left is 0 and does not travel
//
// The ways lead from bucket to bucket, so a tensor that is one bucket has the paper's code.
#pragma once

#include <memory>

#include "murmur/codecs/compression.h"

namespace murmur::codecs {

template <class S>
std::shared_ptr<const Codec<S>> qsgd_elias(const OptionValues& options, Use use);

extern template std::shared_ptr<const Codec<float>> qsgd_elias(const OptionValues&, Use);
extern template std::shared_ptr<const Codec<double>> qsgd_elias(const OptionValues&, Use);

}  // namespace murmur::codecs
