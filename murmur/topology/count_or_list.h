// SPDX-License-Identifier: Apache-2.0
// OptionInfo::length of a list of integers that may also be given as a number: that many zeros,
// which stand for what is drawn.
#pragma once

#include <cstddef>
#include <limits>

namespace murmur {

inline constexpr std::size_t kCountOrList = std::numeric_limits<std::size_t>::max();

}  // namespace murmur
