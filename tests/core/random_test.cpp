// SPDX-License-Identifier: Apache-2.0
// The generator against the published test vectors of Philox, and against a plain copy of its
// listing.
#include "murmur/core/random.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace murmur {
namespace {

using Words = std::array<std::uint32_t, 4>;

// Philox4x32-10 as Salmon et al. list it: ten rounds, the key bumped between them.
Words philox(Words counter, std::uint32_t key0, std::uint32_t key1) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(b >> 32U) ^ counter[1] ^ key0,
               static_cast<std::uint32_t>(b),
               static_cast<std::uint32_t>(a >> 32U) ^ counter[3] ^ key1,
               static_cast<std::uint32_t>(a)};
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
  return counter;
}

TEST(Philox, HasThePublishedAnswers) {
  // Random123's kat_vectors for philox4x32 with 10 rounds.
  EXPECT_EQ(philox({0, 0, 0, 0}, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox({~0U, ~0U, ~0U, ~0U}, ~0U, ~0U),
            (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, 0xa4093822, 0x299f31d0),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;

TEST(Random, GivesPhiloxOfNothingWhereItsKeyIsZero) {
  // The seed whose mixed key is zero: zero is the only number that the mixer maps to zero.
  const std::uint64_t seed = 0 - kGolden * (static_cast<std::uint64_t>(Stream::kTest) + 1);
  const Random random(seed, Stream::kTest, 0, 0);
  EXPECT_EQ(random.bits(0), 0xe169c58d6627e8d5ULL);
  EXPECT_EQ(random.bits(1), 0x9b00dbd8bc57ac4cULL);
}

std::uint64_t key_of(std::uint64_t seed, Stream stream) {
  std::uint64_t z = seed + kGolden * (static_cast<std::uint64_t>(stream) + 1);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

TEST(Random, IsPhiloxOfIndexStepAndWorkerUnderTheMixedSeed) {
  const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32U); };
  const std::int64_t last_worker = (1LL << 24U) - 1;
  const std::int64_t last_step = (1LL << 40U) - 1;
  for (const std::uint64_t seed : {0ULL, 1ULL, 0x123456789abcdef0ULL, ~0ULL}) {
    for (const Stream stream : {Stream::kStart, Stream::kTest, Stream::kCompressor}) {
      for (const std::int64_t worker : {std::int64_t{0}, std::int64_t{3}, last_worker}) {
        for (const std::int64_t step : {std::int64_t{0}, std::int64_t{1} << 33U, last_step}) {
          const Random random(seed, stream, worker, step);
          const std::uint64_t key = key_of(seed, stream);
          const std::uint64_t place =
              static_cast<std::uint64_t>(worker) << 40U | static_cast<std::uint64_t>(step);
          for (const std::uint64_t index : {0ULL, 1ULL, 2ULL, 0x1234567890ULL, ~0ULL}) {
            const Words out = philox({low(index >> 1U), high(index >> 1U), low(place), high(place)},
                                     low(key),
                                     high(key));
            const std::size_t half = (index & 1U) * 2;
            EXPECT_EQ(random.bits(index), std::uint64_t{out[half + 1]} << 32U | out[half]);
          }
        }
      }
    }
  }
}

TEST(Random, NeverGivesOneNumberForTwoPlaces) {
  std::set<std::uint64_t> seen;
  std::size_t draws = 0;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    for (const Stream stream : {Stream::kStart, Stream::kNoise, Stream::kTopology}) {
      for (std::int64_t worker = 0; worker < 6; ++worker) {
        for (std::int64_t step = 0; step < 6; ++step) {
          for (std::uint64_t index = 0; index < 8; ++index) {
            seen.insert(Random(seed, stream, worker, step).bits(index));
            ++draws;
          }
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), draws);  // two of 3456 random 64-bit numbers agree once in 10^12
}

// Correlation of n pairs of uniform numbers; its standard error is 1 / sqrt(n).
template <class First, class Second>
double correlation(std::int64_t n, const First& first, const Second& second) {
  double sum = 0;
  for (std::int64_t k = 0; k < n; ++k) {
    sum += (first(k) - 0.5) * (second(k) - 0.5);
  }
  return 12 * sum / static_cast<double>(n);
}

TEST(Random, DrawsOfNeighboursAreUncorrelated) {
  constexpr std::int64_t kDraws = 40000;
  const double margin = 5 / std::sqrt(static_cast<double>(kDraws));
  const auto at = [](std::uint64_t seed, Stream stream, std::int64_t worker, std::int64_t step) {
    return [=](std::int64_t k) {
      return Random(seed, stream, worker, step).uniform(static_cast<std::uint64_t>(k));
    };
  };
  const auto base = at(1, Stream::kNoise, 2, 3);
  EXPECT_NEAR(correlation(kDraws, base, at(2, Stream::kNoise, 2, 3)), 0, margin);
  EXPECT_NEAR(correlation(kDraws, base, at(1, Stream::kTopology, 2, 3)), 0, margin);
  EXPECT_NEAR(correlation(kDraws, base, at(1, Stream::kNoise, 3, 3)), 0, margin);
  EXPECT_NEAR(correlation(kDraws, base, at(1, Stream::kNoise, 2, 4)), 0, margin);
  EXPECT_NEAR(correlation(kDraws, base, [&](std::int64_t k) { return base(k + 1); }), 0, margin);
  EXPECT_NEAR(correlation(kDraws, base, base), 1, margin);
  // One number per worker, and one per step.
  const auto worker = [](std::int64_t k) { return Random(1, Stream::kNoise, k, 0).uniform(0); };
  const auto step = [](std::int64_t k) { return Random(1, Stream::kNoise, 0, k).uniform(0); };
  EXPECT_NEAR(
      correlation(kDraws, worker, [&](std::int64_t k) { return worker(k + 1); }), 0, margin);
  EXPECT_NEAR(correlation(kDraws, step, [&](std::int64_t k) { return step(k + 1); }), 0, margin);
}

TEST(Random, HasEveryBitSetHalfOfTheTime) {
  constexpr std::uint64_t kDraws = 10000;
  std::array<int, 64> ones{};
  for (std::uint64_t k = 0; k < kDraws; ++k) {
    const std::uint64_t bits = Random(5, Stream::kTest).bits(k);
    for (std::size_t bit = 0; bit < ones.size(); ++bit) {
      ones[bit] += static_cast<int>((bits >> bit) & 1U);
    }
  }
  for (const int count : ones) {
    EXPECT_NEAR(count, kDraws / 2.0, 5 * std::sqrt(kDraws / 4.0));
  }
}

TEST(RandomDeathTest, RefusesPlacesThatItCannotTellApart) {
  EXPECT_DEATH(Random(1, Stream::kTest, -1, 0), "worker = -1");
  EXPECT_DEATH(Random(1, Stream::kTest, 1LL << 24U, 0), "worker = 16777216");
  EXPECT_DEATH(Random(1, Stream::kTest, 0, -1), "step = -1");
  EXPECT_DEATH(Random(1, Stream::kTest, 0, 1LL << 40U), "step = 1099511627776");
  EXPECT_DEATH(Random(1, Stream::kTest).below(0, 0), "no number is below 0");
}

}  // namespace
}  // namespace murmur
