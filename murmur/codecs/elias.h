// SPDX-License-Identifier: Apache-2.0
// Elias' omega code: whole numbers from 1 on, small ones in few bits.
//
//   code(k) = groups(k) 0,   groups(1) = nothing,   groups(k) = groups(width - 1) binary(k)
//
// where binary(k) has `width` bits, the highest first: 1 is 0, 2 is 100, 4 is 101000. Bits stand
// one behind the other as bits.h writes them, and ones fill the last byte: since a code contains a
// 0, fewer than eight ones are none.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "murmur/codecs/bits.h"

namespace murmur::codecs {

// Of the code of k in bits. REQUIRES: k > 0.
inline std::size_t elias_bits(std::uint64_t k) {
  std::size_t bits = 1;
  for (; k > 1; k = static_cast<std::uint64_t>(std::bit_width(k)) - 1) {
    bits += static_cast<std::size_t>(std::bit_width(k));
  }
  return bits;
}

class EliasWriter {
 public:
  explicit EliasWriter(std::byte* out) : bits_(out) {}

  // REQUIRES: 0 < k < 2^kMostBits.
  void number(std::uint64_t k) {
    std::array<std::uint64_t, kMostGroups> groups{};
    std::size_t count = 0;
    for (; k > 1; k = static_cast<std::uint64_t>(std::bit_width(k)) - 1) {
      groups[count++] = k;
    }
    while (count > 0) {
      highest_first(groups[--count]);
    }
    bit(false);
  }
  void bit(bool one) {
    bits_.put(one ? 1 : 0, 1);
    ++count_;
  }
  // Returns how many bytes were written.
  std::size_t finish() {
    while (count_ % 8 != 0) {
      bit(true);
    }
    return count_ / 8;
  }

 private:
  static constexpr std::size_t kMostGroups = 6;

  void highest_first(std::uint64_t group) {
    const auto width = static_cast<unsigned>(std::bit_width(group));
    std::uint64_t reversed = 0;
    for (unsigned k = 0; k < width; ++k) {
      reversed = reversed << 1U | (group >> k & 1U);
    }
    bits_.put(reversed, width);
    count_ += width;
  }

  BitWriter bits_;
  std::size_t count_ = 0;  // bits
};

// Reads no byte behind those that it was given, whatever they hold.
class EliasReader {
 public:
  explicit EliasReader(std::span<const std::byte> in) : in_(in) {}

  // Only the ones that fill the last byte are left.
  bool at_end() const {
    const std::size_t left = 8 * in_.size() - place_;
    return left < 8 && (left == 0 || byte() >> (place_ % 8) == (1U << left) - 1);
  }
  // None: there is no whole number of fewer than kMostBits bits.
  std::optional<std::uint64_t> number() {
    for (std::uint64_t k = 1;;) {
      const auto goes_on = bit();
      if (!goes_on || (*goes_on && k >= kMostBits)) {
        return std::nullopt;
      }
      if (!*goes_on) {
        return k;
      }
      std::uint64_t group = 1;
      for (; k > 0; --k) {
        const auto next = bit();
        if (!next) {
          return std::nullopt;
        }
        group = group << 1U | (*next ? 1U : 0U);
      }
      k = group;
    }
  }
  // None: there is no bit left.
  std::optional<bool> bit() {
    if (place_ == 8 * in_.size()) {
      return std::nullopt;
    }
    const bool one = (byte() >> (place_ % 8) & 1U) != 0;
    ++place_;
    return one;
  }

 private:
  unsigned byte() const { return std::to_integer<unsigned>(in_[place_ / 8]); }

  std::span<const std::byte> in_;
  std::size_t place_ = 0;  // of the next bit
};

}  // namespace murmur::codecs
