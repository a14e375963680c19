// SPDX-License-Identifier: Apache-2.0
#include "murmur/core/random.h"

#include <cmath>
#include <numbers>
#include <numeric>
#include <utility>

#include <Random123/philox.h>

#include "murmur/core/check.h"

namespace murmur {
namespace {

constexpr int kStepBits = 40;
constexpr int kWorkerBits = 24;

std::uint64_t mix_seed(std::uint64_t seed, std::uint64_t stream) {
  // SplitMix64's finalizer: similar seeds and streams get unrelated keys.
  std::uint64_t z = seed + 0x9e3779b97f4a7c15ULL * (stream + 1);
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

// Only the cosine half, so that each index has one value.
double box_muller(double first, double second) {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - first));
  return radius * std::cos(2.0 * std::numbers::pi * second);
}

}  // namespace

Random::Random(std::uint64_t seed, Stream stream, std::int64_t worker, std::int64_t step)
    : key_(mix_seed(seed, static_cast<std::uint64_t>(stream))),
      place_((static_cast<std::uint64_t>(worker) << kStepBits) | static_cast<std::uint64_t>(step)) {
  MURMUR_CHECK(worker >= 0 && worker < (1LL << kWorkerBits), "worker = {}", worker);
  MURMUR_CHECK(step >= 0 && step < (1LL << kStepBits), "step = {}", step);
}

std::uint64_t Random::bits(std::uint64_t index) const {
  const auto low = [](std::uint64_t v) { return static_cast<std::uint32_t>(v); };
  const auto high = [](std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32U); };
  const std::uint64_t block = index >> 1U;
  const r123::Philox4x32::ctr_type counter = {{low(block), high(block), low(place_), high(place_)}};
  const r123::Philox4x32::key_type key = {{low(key_), high(key_)}};
  const r123::Philox4x32::ctr_type out = r123::Philox4x32{}(counter, key);
  const std::size_t half = (index & 1U) * 2;
  return (static_cast<std::uint64_t>(out[half + 1]) << 32U) | out[half];
}

double Random::uniform(std::uint64_t index) const {
  return static_cast<double>(bits(index) >> 11U) * 0x1.0p-53;
}

std::uint64_t Random::below(std::uint64_t index, std::uint64_t limit) const {
  MURMUR_CHECK(limit > 0, "no number is below 0");
  // The high half of a 128-bit product: a bias below limit / 2^64.
  const auto product = static_cast<unsigned __int128>(bits(index)) * limit;
  return static_cast<std::uint64_t>(product >> 64U);
}

double Random::normal(std::uint64_t index) const {
  return box_muller(uniform(2 * index), uniform(2 * index + 1));
}

double RandomSequence::normal() {
  const double first = uniform();
  return box_muller(first, uniform());
}

double RandomSequence::gamma(double shape) {
  MURMUR_CHECK(shape > 0, "shape = {}", shape);
  if (shape < 1) {
    // Gamma(a) = Gamma(a + 1) U^(1/a); in logarithms, which keep the precision of tiny
    // shapes.
    const double boosted = gamma(shape + 1);
    return std::exp(std::log(boosted) + std::log(1.0 - uniform()) / shape);
  }
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  while (true) {
    const double z = normal();
    const double cube_root = 1.0 + c * z;
    if (cube_root <= 0) {
      continue;
    }
    const double v = cube_root * cube_root * cube_root;
    if (std::log(1.0 - uniform()) < 0.5 * z * z + d - d * v + d * std::log(v)) {
      return d * v;
    }
  }
}

std::vector<std::int64_t> permutation(std::int64_t count, const Random& random) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  for (std::size_t i = order.size(); i > 1; --i) {
    std::swap(order[i - 1], order[random.below(i - 1, i)]);
  }
  return order;
}

}  // namespace murmur
