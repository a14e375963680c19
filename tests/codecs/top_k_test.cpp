// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/codecs/compression.h"

namespace murmur::codecs {
namespace {

std::vector<float> top(const std::vector<float>& values, double ratio) {
  OptionValues options(find_codec("top-k")->options);
  options.set("ratio", ratio);
  const auto codec = make_coding<float>("top-k", options, Use::kAsIs).codec;
  std::vector<std::byte> payload(codec->payload_bytes(values.size()));
  codec->encode(values, {}, payload);
  std::vector<float> out(values.size());
  codec->decode_add(payload, {}, 1.0F, out);
  return out;
}

TEST(TopK, KeepsTheLargestMagnitudes) {
  EXPECT_EQ(top({1, -5, 2, 4, -3}, 0.4), (std::vector<float>{0, -5, 0, 4, 0}));
  EXPECT_EQ(top({1, -5, 2, 4, -3}, 0.1), (std::vector<float>{0, -5, 0, 0, 0}));
  EXPECT_EQ(top({1, -5, 2, 4, -3}, 1), (std::vector<float>{1, -5, 2, 4, -3}));
}

TEST(TopK, TakesTheFirstOfEqualOnes) {
  EXPECT_EQ(top({1, -2, 2, 2, 3}, 0.6), (std::vector<float>{0, -2, 2, 0, 3}));
  EXPECT_EQ(top({2, 2, -2, 2}, 0.5), (std::vector<float>{2, 2, 0, 0}));
}

TEST(TopK, TakesFloorOfTheShareButAtLeastOne) {
  std::vector<float> values(199, 1.0F);
  const std::vector<float> out = top(values, 0.01);
  EXPECT_EQ(std::count(out.begin(), out.end(), 1.0F), 1);
  EXPECT_EQ(out.front(), 1.0F);
}

// value 2^-1 = 0x3f000000 at entry 2, little endian.
TEST(TopK, WritesValuesThenIndices) {
  OptionValues options(find_codec("top-k")->options);
  const auto codec = make_coding<float>("top-k", options, Use::kAsIs).codec;
  std::vector<std::byte> payload(codec->payload_bytes(3));
  codec->encode(std::vector<float>{0, 0.25F, 0.5F}, {}, payload);
  const std::vector<std::uint8_t> expected{0, 0, 0, 0x3f, 2, 0, 0, 0};
  ASSERT_EQ(payload.size(), expected.size());
  for (std::size_t k = 0; k < payload.size(); ++k) {
    EXPECT_EQ(std::to_integer<std::uint8_t>(payload[k]), expected[k]) << k;
  }
}

}  // namespace
}  // namespace murmur::codecs
