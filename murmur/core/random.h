// SPDX-License-Identifier: Apache-2.0
// A random number is a function of (seed, stream, worker, step, index): Philox4x32-10 of Salmon et
// al. (SC 2011), by Random123. There is no state: draws do not affect each other, and all processes
// compute the same numbers.
#pragma once

#include <cstdint>
#include <vector>

namespace murmur {

// The purpose of a number. The values determine the numbers of a seed: only append.
enum class Stream : std::uint32_t {
  kStart = 1,      // initial parameters
  kPartition = 2,  // assignment of examples to workers
  kBatches = 3,    // order of examples in an epoch
  kNoise = 4,      // noise on analytic gradients
  kTopology = 5,   // random graphs
  kAugment = 6,    // flips and crops
  kDropout = 7,
  kTest = 8,
  kVirtualTime = 9,
  kCompressor = 10,
  kPartner = 11,        // partners of the workers in asynchronous methods
  kParticipation = 12,  // which workers take part in a round
};

// One sequence of numbers; cheap to copy, without state.
class Random {
 public:
  // Seeds use all 64 bits; worker is below 2^24, step below 2^40.
  Random(std::uint64_t seed, Stream stream, std::int64_t worker = 0, std::int64_t step = 0);

  std::uint64_t bits(std::uint64_t index) const;
  double uniform(std::uint64_t index) const;                            // in [0, 1), 53 bits
  std::uint64_t below(std::uint64_t index, std::uint64_t limit) const;  // 0 .. limit - 1
  double normal(std::uint64_t index) const;                             // mean 0, deviation 1

 private:
  std::uint64_t key_;
  std::uint64_t place_;
};

// The numbers of a Random in sequence, for rejection samplers.
class RandomSequence {
 public:
  explicit RandomSequence(Random random) : random_(random) {}
  double uniform() { return random_.uniform(next_++); }
  double normal();  // uses two of the underlying numbers
  std::uint64_t below(std::uint64_t limit) { return random_.below(next_++, limit); }
  double gamma(double shape);  // scale 1; Marsaglia and Tsang (2000). REQUIRES: shape > 0.

 private:
  Random random_;
  std::uint64_t next_ = 0;
};

// 0 .. count - 1 in random order (Fisher and Yates).
std::vector<std::int64_t> permutation(std::int64_t count, const Random& random);

}  // namespace murmur
