// SPDX-License-Identifier: Apache-2.0
// Numbers of a fixed count of bits, one behind the other, the least significant bit first.
#pragma once

#include <cstddef>
#include <cstdint>

namespace murmur::codecs {

inline constexpr unsigned kMostBits = 56;  // of a number

class BitWriter {
 public:
  explicit BitWriter(std::byte* out) : out_(out) {}

  // REQUIRES: value < 2^bits.
  void put(std::uint64_t value, unsigned bits) {
    held_ |= value << used_;
    for (used_ += bits; used_ >= 8; used_ -= 8) {
      flush_byte();
    }
  }
  // What is left of the last byte becomes 0.
  void finish() {
    if (used_ > 0) {
      flush_byte();
      used_ = 0;
    }
  }

 private:
  void flush_byte() {
    *out_++ = static_cast<std::byte>(held_ & 0xffU);
    held_ >>= 8U;
  }

  std::byte* out_;
  std::uint64_t held_ = 0;
  unsigned used_ = 0;  // bits held, fewer than 8 between calls
};

class BitReader {
 public:
  explicit BitReader(const std::byte* in) : in_(in) {}

  std::uint64_t get(unsigned bits) {
    for (; held_bits_ < bits; held_bits_ += 8) {
      held_ |= std::to_integer<std::uint64_t>(*in_++) << held_bits_;
    }
    const std::uint64_t value = held_ & ((std::uint64_t{1} << bits) - 1);
    held_ >>= bits;
    held_bits_ -= bits;
    return value;
  }

 private:
  const std::byte* in_;
  std::uint64_t held_ = 0;
  unsigned held_bits_ = 0;
};

}  // namespace murmur::codecs
