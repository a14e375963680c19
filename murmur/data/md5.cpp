// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/md5.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

namespace murmur::data {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::size_t kSteps = 64;
using State = std::array<std::uint32_t, 4>;

// floor(2^32 |sin(i + 1)|).
std::array<std::uint32_t, kSteps> sines() {
  std::array<std::uint32_t, kSteps> table{};
  for (std::size_t i = 0; i < kSteps; ++i) {
    table[i] = static_cast<std::uint32_t>(
        std::floor(4294967296.0 * std::abs(std::sin(static_cast<double>(i + 1)))));
  }
  return table;
}

std::uint32_t little_endian(const std::uint8_t* bytes) {
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8U |
         static_cast<std::uint32_t>(bytes[2]) << 16U | static_cast<std::uint32_t>(bytes[3]) << 24U;
}

void add_block(State& state, const std::uint8_t* block) {
  static const std::array<std::uint32_t, kSteps> kSines = sines();
  constexpr std::array<std::array<int, 4>, 4> kRotations{
      {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}}};
  auto [a, b, c, d] = state;
  for (std::size_t i = 0; i < kSteps; ++i) {
    std::uint32_t mixed = 0;
    std::size_t word = i;
    switch (i / 16) {
      case 0:
        mixed = (b & c) | (~b & d);
        break;
      case 1:
        mixed = (d & b) | (~d & c);
        word = 5 * i + 1;
        break;
      case 2:
        mixed = b ^ c ^ d;
        word = 3 * i + 5;
        break;
      default:
        mixed = c ^ (b | ~d);
        word = 7 * i;
    }
    mixed += a + kSines[i] + little_endian(block + 4 * (word % 16));
    a = d;
    d = c;
    c = b;
    b += std::rotl(mixed, kRotations[i / 16][i % 4]);
  }
  state = {state[0] + a, state[1] + b, state[2] + c, state[3] + d};
}

}  // namespace

std::string md5(std::span<const std::uint8_t> bytes) {
  State state{0x67452301U, 0xefcdab89U, 0x98badcfeU, 0x10325476U};
  const std::size_t whole = bytes.size() / kBlock * kBlock;
  for (std::size_t at = 0; at < whole; at += kBlock) {
    add_block(state, bytes.data() + at);
  }
  // The remaining bytes, a one bit, zeros, and the number of bits as a 64-bit integer.
  const std::size_t rest = bytes.size() - whole;
  std::vector<std::uint8_t> tail((rest + 9 + kBlock - 1) / kBlock * kBlock);
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end(), tail.begin());
  tail[rest] = 0x80;
  for (std::size_t i = 0; i < 8; ++i) {
    tail[tail.size() - 8 + i] =
        static_cast<std::uint8_t>(static_cast<std::uint64_t>(bytes.size()) * 8 >> (8 * i));
  }
  for (std::size_t at = 0; at < tail.size(); at += kBlock) {
    add_block(state, tail.data() + at);
  }
  std::string text;
  for (const std::uint32_t word : state) {
    for (unsigned shift = 0; shift < 32; shift += 8) {
      text += fmt::format("{:02x}", (word >> shift) & 0xffU);
    }
  }
  return text;
}

}  // namespace murmur::data
