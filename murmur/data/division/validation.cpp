// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/division/validation.h"

#include <cmath>

#include "murmur/core/random.h"

namespace murmur::data {
namespace {

// Numbers that no partition uses: theirs are of groups of workers, counted from 0.
constexpr std::int64_t kOfNoGroup = 1 << 23;

}  // namespace

std::int64_t validation_count(std::int64_t count, double share) {
  return std::llround(share * static_cast<double>(count));
}

Split split_off(std::int64_t count, double share, std::uint64_t seed) {
  const auto order = permutation(count, Random(seed, Stream::kPartition, kOfNoGroup));
  std::vector<bool> drawn(static_cast<std::size_t>(count), false);
  for (std::int64_t i = 0; i < validation_count(count, share); ++i) {
    drawn[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])] = true;
  }
  Split split;
  for (std::int32_t i = 0; i < count; ++i) {
    (drawn[static_cast<std::size_t>(i)] ? split.validation : split.training).push_back(i);
  }
  return split;
}

}  // namespace murmur::data
