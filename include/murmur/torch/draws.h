// SPDX-License-Identifier: Apache-2.0
// Random numbers that a module draws from torch's default generator, dropout for example. Before
// each batch the generator is seeded with a function of (seed, worker, batch), so that a batch has
// the same draws wherever its worker is simulated, and in a loop of the user's own.
#pragma once

#include <cstdint>

#include <ATen/Context.h>

namespace murmur {

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014), once per number.
inline std::uint64_t draws_seed(std::uint64_t seed, int worker, std::int64_t batch) {
  const auto mix = [](std::uint64_t z) {
    z += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  };
  return mix(mix(mix(seed) ^ static_cast<std::uint64_t>(worker)) ^
             static_cast<std::uint64_t>(batch));
}

// Seeds torch's default generator for a batch. It is one of the whole process: threads that compute
// at the same time hold a lock from here to the end of their forward pass.
inline void seed_draws(std::uint64_t seed, int worker, std::int64_t batch) {
  at::manual_seed(draws_seed(seed, worker, batch));
}

}  // namespace murmur
