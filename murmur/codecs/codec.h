// SPDX-License-Identifier: Apache-2.0
// A codec replaces the entries of a tensor by fewer bytes, and bytes by entries. What it encodes is
// what travels; every receiver decodes the same numbers from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "murmur/core/random.h"

namespace murmur::codecs {

// What an encoding may use beside the values: random numbers, which are functions of (seed, worker,
// step, tensor, entry), and a scale.
struct Draws {
  std::uint64_t seed = 0;
  int worker = 0;
  std::int64_t step = 0;
  std::size_t tensor = 0;
  double scale = 0;  // that all workers agreed on; 0: each has its own

  // Different on every worker: rounding.
  Random own() const { return {seed, Stream::kCompressor, worker, step}; }
  // The same on all workers: which coordinates travel.
  Random common() const { return {seed, Stream::kCompressor, kNoWorker, step}; }
  // The number of an entry in either.
  std::uint64_t index(std::size_t entry) const {
    return (static_cast<std::uint64_t>(tensor) << kEntryBits) + entry;
  }

 private:
  static constexpr std::int64_t kNoWorker = (std::int64_t{1} << 24U) - 1;  // one that never exists
  static constexpr unsigned kEntryBits = 40;
};

// Threads: every member may be called from any thread.
template <class S>
class Codec {
 public:
  Codec() = default;
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;
  virtual ~Codec() = default;

  // Of an encoded tensor of `size` entries, whatever their values. REQUIRES: size > 0.
  virtual std::size_t payload_bytes(std::size_t size) const = 0;
  // Whether that is only the most, as the values say how many bytes travel: a payload then begins
  // with the number of those behind it that do, 32 bits.
  virtual bool varies() const { return false; }
  // What travels of normally distributed values in the mean, with that number.
  virtual double expected_bytes(std::size_t size) const {
    return static_cast<double>(payload_bytes(size));
  }
  // Whether payloads are values of S that may be averaged: their mean decodes to the mean.
  virtual bool adds_up() const { return false; }
  // Whether all workers encode with the largest of their scales.
  virtual bool agrees_on_scale() const { return false; }
  virtual S scale_of(std::span<const S> /*values*/) const { return S(0); }
  // Writes every byte of `payload`, which need not be aligned. Any values, also those that are not
  // finite. REQUIRES: payload.size() == payload_bytes(values.size()).
  virtual void encode(std::span<const S> values,
                      const Draws& draws,
                      std::span<std::byte> payload) const = 0;
  // values += weight * decoded. `draws` is that of the encoding; its worker does not matter.
  // REQUIRES: as encode().
  virtual void decode_add(std::span<const std::byte> payload,
                          const Draws& draws,
                          S weight,
                          std::span<S> values) const = 0;
};

// Values in a payload, at places that need not be aligned.
template <class T>
void put(std::byte* payload, std::size_t index, T value) {
  std::memcpy(payload + index * sizeof(T), &value, sizeof(T));
}
template <class T>
T get(const std::byte* payload, std::size_t index) {
  T value{};
  std::memcpy(&value, payload + index * sizeof(T), sizeof(T));
  return value;
}

}  // namespace murmur::codecs
