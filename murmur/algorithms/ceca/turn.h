// SPDX-License-Identifier: Apache-2.0
// Where a step of CECA stands (Ding, Jin, Yang, Ying, Yuan, Yin, ICML 2023): the bits of n - 1,
// most significant first, are taken in turn, one per step, again and again. One worker: bit 1.
#pragma once

#include <bit>
#include <cstdint>

namespace murmur {

struct CecaTurn {
  std::int64_t bit = 1;
  std::int64_t before = 0;  // the number that the bits before it make, m
};

constexpr CecaTurn ceca_turn(std::int64_t step, std::int64_t workers) {
  const auto last = static_cast<std::uint64_t>(workers - 1);
  const auto length = static_cast<std::int64_t>(std::bit_width(last));
  if (length == 0) {
    return {};
  }
  const auto left = static_cast<unsigned>(length - step % length);  // this bit, and those behind it
  return {.bit = static_cast<std::int64_t>((last >> (left - 1)) & 1U),
          .before = static_cast<std::int64_t>(left == 64 ? 0 : last >> left)};
}

}  // namespace murmur
