// SPDX-License-Identifier: Apache-2.0
// The signs, times the mean magnitude. sign(0) = +1.
//
//   payload: the mean magnitude, then a bit per entry, 1: negative; entry k is bit k mod 8 of byte
//   k / 8
//
// A contraction: delta = |v|_1^2 / (d |v|_2^2).
#include <algorithm>
#include <cmath>

#include "murmur/codecs/registry.h"

namespace murmur::codecs {
namespace {

template <class S>
class Sign : public Codec<S> {
 public:
  Sign(const OptionValues& /*options*/, Use /*use*/) {}

  std::size_t payload_bytes(std::size_t size) const override { return sizeof(S) + (size + 7) / 8; }

  void encode(std::span<const S> values,
              const Draws& /*draws*/,
              std::span<std::byte> payload) const override {
    double sum = 0;
    for (const S value : values) {
      sum += std::abs(static_cast<double>(value));
    }
    put(payload.data(), 0, static_cast<S>(sum / static_cast<double>(values.size())));
    std::byte* const bits = payload.data() + sizeof(S);
    for (std::size_t begin = 0; begin < values.size(); begin += 8) {
      const std::size_t end = std::min(values.size(), begin + 8);
      unsigned byte = 0;
      for (std::size_t k = begin; k < end; ++k) {
        byte |= (values[k] < 0 ? 1U : 0U) << (k - begin);
      }
      bits[begin / 8] = static_cast<std::byte>(byte);
    }
  }

  void decode_add(std::span<const std::byte> payload,
                  const Draws& /*draws*/,
                  S weight,
                  std::span<S> values) const override {
    const S scale = weight * get<S>(payload.data(), 0);
    const std::byte* const bits = payload.data() + sizeof(S);
    for (std::size_t k = 0; k < values.size(); ++k) {
      const bool negative = (std::to_integer<unsigned>(bits[k / 8]) >> (k % 8) & 1U) != 0;
      values[k] += negative ? -scale : scale;
    }
  }
};

}  // namespace

Registration sign() {
  return {.info = {.name = "sign",
                   .summary = "the signs, times the mean magnitude",
                   .paper = "Karimireddy, Rebjock, Stich, Jaggi: Error feedback fixes SignSGD, "
                            "ICML 2019",
                   .options = {}},
          .make = maker_of<Sign>()};
}

}  // namespace murmur::codecs
