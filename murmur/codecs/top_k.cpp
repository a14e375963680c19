// SPDX-License-Identifier: Apache-2.0
// The k = max(1, floor(ratio d)) entries of the largest magnitude, of equal ones the first.
//
//   payload: the k values, then their k indices as 32-bit integers, ascending
//
// A contraction: delta = k / d.
#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <type_traits>
#include <vector>

#include "murmur/codecs/registry.h"
#include "murmur/core/check.h"

namespace murmur::codecs {
namespace {

// Magnitudes as integers in the same order; a value that is no number is larger than all others.
template <class S>
using Bits = std::conditional_t<sizeof(S) == 4, std::uint32_t, std::uint64_t>;

template <class S>
Bits<S> magnitude(S value) {
  return std::bit_cast<Bits<S>>(value) & (static_cast<Bits<S>>(-1) >> 1U);
}

template <class S>
class TopK : public Codec<S> {
 public:
  TopK(const OptionValues& options, Use /*use*/) : ratio_(options.number("ratio")) {}

  std::size_t payload_bytes(std::size_t size) const override {
    return share_of(size, ratio_) * (sizeof(S) + sizeof(std::uint32_t));
  }

  void encode(std::span<const S> values,
              const Draws& /*draws*/,
              std::span<std::byte> payload) const override {
    MURMUR_CHECK(values.size() <= UINT32_MAX, "a tensor of {} entries", values.size());
    const std::size_t count = share_of(values.size(), ratio_);
    const Bits<S> least = kth_largest(values, count);
    const auto above = static_cast<std::size_t>(std::count_if(
        values.begin(), values.end(), [&](S value) { return magnitude(value) > least; }));
    std::size_t equal = count - above;  // of those that equal the least, the first so many
    std::byte* const indices = payload.data() + count * sizeof(S);
    std::size_t place = 0;
    for (std::size_t k = 0; k < values.size() && place < count; ++k) {
      const Bits<S> mine = magnitude(values[k]);
      if (mine > least || (mine == least && equal > 0)) {
        equal -= mine == least ? 1 : 0;
        put(payload.data(), place, values[k]);
        put(indices, place, static_cast<std::uint32_t>(k));
        ++place;
      }
    }
  }

  void decode_add(std::span<const std::byte> payload,
                  const Draws& /*draws*/,
                  S weight,
                  std::span<S> values) const override {
    const std::size_t count = share_of(values.size(), ratio_);
    const std::byte* const indices = payload.data() + count * sizeof(S);
    for (std::size_t k = 0; k < count; ++k) {
      const auto index = get<std::uint32_t>(indices, k);
      MURMUR_CHECK(index < values.size(), "entry {} of {}", index, values.size());
      values[index] += weight * get<S>(payload.data(), k);
    }
  }

 private:
  static Bits<S> kth_largest(std::span<const S> values, std::size_t count) {
    thread_local std::vector<Bits<S>> magnitudes;
    magnitudes.resize(values.size());
    std::transform(values.begin(), values.end(), magnitudes.begin(), magnitude<S>);
    const auto kth = magnitudes.begin() + static_cast<std::ptrdiff_t>(count - 1);
    std::nth_element(magnitudes.begin(), kth, magnitudes.end(), std::greater<>());
    return *kth;
  }

  double ratio_;
};

}  // namespace

OptionInfo ratio_option() {
  return {.name = "ratio",
          .help = "share of a tensor's entries that is sent, at least one",
          .fallback = 0.01,
          .bounds = kRatio};
}

std::size_t share_of(std::size_t size, double ratio) {
  const double share = std::floor(ratio * static_cast<double>(size));
  return std::clamp<std::size_t>(static_cast<std::size_t>(share), 1, size);
}

Registration top_k() {
  return {.info = {.name = "top-k",
                   .summary = "the entries of the largest magnitude, with their indices",
                   .paper = "Stich, Cordonnier, Jaggi: Sparsified SGD with memory, NeurIPS 2018",
                   .options = {ratio_option()}},
          .make = maker_of<TopK>()};
}

}  // namespace murmur::codecs
