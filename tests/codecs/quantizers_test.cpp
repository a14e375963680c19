// SPDX-License-Identifier: Apache-2.0
// What the published quantizers promise: means, variances, bytes.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/codecs/compression.h"
#include "murmur/core/random.h"

namespace murmur::codecs {
namespace {

using Settings = std::vector<std::pair<std::string, OptionValue>>;

template <class S>
std::shared_ptr<const Codec<S>> codec_of(const std::string& name,
                                         const Settings& settings,
                                         Use use = Use::kAsIs) {
  OptionValues options(find_codec(name)->options);
  for (const auto& [key, value] : settings) {
    options.set(key, value);
  }
  return make_coding<S>(name, options, use).codec;
}

template <class S>
std::vector<std::byte> encoded(const Codec<S>& codec,
                               const std::vector<S>& values,
                               const Draws& draws) {
  std::vector<std::byte> payload(codec.payload_bytes(values.size()));
  codec.encode(values, draws, payload);
  return payload;
}

template <class S>
std::vector<S> decoded(const Codec<S>& codec, const std::vector<S>& values, const Draws& draws) {
  std::vector<S> out(values.size());
  codec.decode_add(encoded(codec, values, draws), draws, S(1), out);
  return out;
}

std::vector<double> gaussian(std::size_t size) {
  std::vector<double> values(size);
  for (std::size_t k = 0; k < size; ++k) {
    values[k] = Random(8, Stream::kTest).normal(k);
  }
  return values;
}

double norm2(const std::vector<double>& v) {
  double sum = 0;
  for (const double value : v) {
    sum += value * value;
  }
  return sum;
}

// Five standard deviations of the mean of so many draws, coordinate by coordinate.
void expect_unbiased(const std::string& name, const Settings& settings) {
  constexpr int kDraws = 4000;
  const auto codec = codec_of<double>(name, settings);
  const std::vector<double> values = gaussian(50);
  std::vector<double> sum(values.size());
  std::vector<double> squares(values.size());
  for (int step = 0; step < kDraws; ++step) {
    const auto out = decoded(*codec, values, {.seed = 2, .worker = 1, .step = step});
    for (std::size_t k = 0; k < out.size(); ++k) {
      sum[k] += out[k];
      squares[k] += out[k] * out[k];
    }
  }
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double mean = sum[k] / kDraws;
    const double deviation = std::sqrt(std::max(0.0, squares[k] / kDraws - mean * mean) / kDraws);
    EXPECT_NEAR(mean, values[k], 5 * deviation + 1e-12) << name << " " << k;
  }
}

TEST(Quantizers, AreUnbiased) {
  expect_unbiased("qsgd", {});
  expect_unbiased("qsgd", {{"levels", std::int64_t{1}}, {"bucket", std::int64_t{7}}});
  expect_unbiased("qsgd", {{"norm", std::string("max")}, {"levels", std::int64_t{3}}});
  expect_unbiased("ternary", {{"clip", 0.0}});
  expect_unbiased("rand-k", {{"ratio", 0.1}, {"scaled", true}});
}

TEST(Quantizers, RoundDifferentlyOnEveryWorkerStepAndTensor) {
  const auto codec = codec_of<double>("qsgd", {{"levels", std::int64_t{1}}});
  const std::vector<double> values = gaussian(200);
  const Draws draws{.seed = 1, .worker = 1, .step = 1, .tensor = 1};
  const auto once = encoded(*codec, values, draws);
  EXPECT_EQ(once, encoded(*codec, values, draws));
  for (const Draws& other : {Draws{.seed = 2, .worker = 1, .step = 1, .tensor = 1},
                             Draws{.seed = 1, .worker = 2, .step = 1, .tensor = 1},
                             Draws{.seed = 1, .worker = 1, .step = 2, .tensor = 1},
                             Draws{.seed = 1, .worker = 1, .step = 1, .tensor = 2}}) {
    EXPECT_NE(once, encoded(*codec, values, other));
  }
}

TEST(RandK, ChoosesAlikeOnAllWorkersAndAnewAtEveryStep) {
  const auto codec = codec_of<double>("rand-k", {{"ratio", 0.1}});
  const std::vector<double> values = gaussian(200);
  const auto here = decoded(*codec, values, {.seed = 1, .worker = 1, .step = 1});
  EXPECT_EQ(here, decoded(*codec, values, {.seed = 1, .worker = 4, .step = 1}));
  EXPECT_NE(here, decoded(*codec, values, {.seed = 1, .worker = 1, .step = 2}));
  EXPECT_EQ(std::count(here.begin(), here.end(), 0.0), 180);
}

TEST(Qsgd, HasTheVarianceOfItsLemma) {
  const std::vector<double> values = gaussian(500);
  for (const std::int64_t s : {1, 4, 31, 255}) {
    const auto codec = codec_of<double>("qsgd", {{"levels", s}, {"bucket", std::int64_t{0}}});
    double variance = 0;
    constexpr int kDraws = 50;
    for (int step = 0; step < kDraws; ++step) {
      std::vector<double> out = decoded(*codec, values, {.seed = 3, .worker = 0, .step = step});
      for (std::size_t k = 0; k < out.size(); ++k) {
        out[k] -= values[k];
      }
      variance += norm2(out) / kDraws;
    }
    const auto d = static_cast<double>(values.size());
    const auto levels = static_cast<double>(s);
    const double bound = std::min(d / (levels * levels), std::sqrt(d) / levels);
    EXPECT_LE(variance / norm2(values), bound) << s;
    EXPECT_GE(variance / norm2(values), bound / 10) << s;  // else it would be another code
  }
}

// Norm 5 = 0x40a00000; s = 1, two bits each: -3 down to 0 or up to 1, with its sign.
TEST(Qsgd, WritesNormThenSignsAndLevels) {
  const auto codec = codec_of<float>("qsgd", {{"levels", std::int64_t{1}}});
  const auto payload = encoded(*codec, std::vector<float>{-3, 4}, {.seed = 1});
  ASSERT_EQ(payload.size(), 5U);
  EXPECT_EQ(std::to_integer<int>(payload[2]), 0xa0);
  EXPECT_EQ(std::to_integer<int>(payload[3]), 0x40);
  const int bits = std::to_integer<int>(payload[4]);
  EXPECT_EQ(bits & 1, 1);   // -3
  EXPECT_EQ(bits & 4, 0);   // 4
  EXPECT_EQ(bits >> 4, 0);  // the rest of the byte
}

TEST(Sign, IsTheMeanMagnitudeAndZeroIsPositive) {
  const auto codec = codec_of<double>("sign", {});
  EXPECT_EQ(decoded(*codec, {1, -5, 0, 2}, {}), (std::vector<double>{2, -2, 2, 2}));
  const std::vector<double> values = gaussian(100);
  double magnitudes = 0;
  for (const double value : values) {
    magnitudes += std::abs(value);
  }
  std::vector<double> away = decoded(*codec, values, {});
  for (std::size_t k = 0; k < away.size(); ++k) {
    away[k] -= values[k];
  }
  EXPECT_NEAR(
      norm2(away) / norm2(values), 1 - magnitudes * magnitudes / (100 * norm2(values)), 1e-12);
}

// Of 0 to 9 entries: quarters one behind the other, the released encoder's order.
TEST(Ternary, WritesQuarters) {
  const auto codec = codec_of<float>("ternary", {{"clip", 0.0}});
  for (std::size_t size = 1; size <= 9; ++size) {
    std::vector<float> values(size);
    for (std::size_t k = 0; k < size; ++k) {
      values[k] = k % 2 == 0 ? 2.0F : -2.0F;  // all are sent: |v| = s
    }
    const auto payload = encoded(*codec, values, {.seed = 1});
    const std::size_t quarter = (size + 3) / 4;
    ASSERT_EQ(payload.size(), 4 + quarter);
    for (std::size_t k = 0; k < size; ++k) {
      const int byte = std::to_integer<int>(payload[4 + k % quarter]);
      EXPECT_EQ(byte >> (2 * (k / quarter)) & 3, k % 2 == 0 ? 2 : 0) << size << " " << k;
    }
    EXPECT_EQ(decoded(*codec, values, {.seed = 1}), values);
  }
}

TEST(Ternary, HasTheVarianceOfEveryCoordinate) {
  const auto codec = codec_of<double>("ternary", {{"clip", 0.0}});
  const std::vector<double> values{3, 1, -2, 0.5};
  constexpr int kDraws = 20000;
  for (std::size_t k = 0; k < values.size(); ++k) {
    double variance = 0;
    for (int step = 0; step < kDraws; ++step) {
      const double out = decoded(*codec, values, {.seed = 5, .worker = 0, .step = step})[k];
      variance += (out - values[k]) * (out - values[k]) / kDraws;
    }
    EXPECT_NEAR(variance, std::abs(values[k]) * (3 - std::abs(values[k])), 0.1) << k;
  }
}

TEST(Ternary, ClipsToDeviations) {
  std::vector<double> values(100, 1.0);
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = k % 2 == 0 ? 1 : -1;
  }
  values[0] = 50;
  const double deviation = std::sqrt((99 + 2500.0) / 100 - 0.49 * 0.49);
  const auto codec = codec_of<double>("ternary", {{"clip", 2.0}});
  EXPECT_NEAR(decoded(*codec, values, {.seed = 1})[0], 2 * deviation, 1e-9);
}

}  // namespace
}  // namespace murmur::codecs
