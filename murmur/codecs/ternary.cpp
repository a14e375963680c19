// SPDX-License-Identifier: Apache-2.0
// TernGrad: values clipped to c standard deviations, then s sign(v) with probability |v| / s and 0
// otherwise; s is the largest magnitude or, as in the released code, c deviations.
//
//   payload: s, then two bits per entry, sign + 1. With q = ceil(d / 4), byte i holds the entries
//   i, i + q, i + 2 q and i + 3 q, the first in its lowest bits (the released encoder)
//
// Unbiased but for the clipping, omega = sqrt(d) - 1.
#include <algorithm>
#include <cmath>

#include "murmur/codecs/registry.h"

namespace murmur::codecs {
namespace {

constexpr unsigned kZero = 1;  // the code of 0

template <class S>
class Ternary : public Codec<S> {
 public:
  Ternary(const OptionValues& options, Use use)
      : clip_(options.number("clip")),
        by_deviation_(options.text("scale") == "deviation"),
        contracts_(use == Use::kAsContraction) {}

  std::size_t payload_bytes(std::size_t size) const override { return sizeof(S) + (size + 3) / 4; }

  // What is averaged without a memory has one scale for all.
  bool agrees_on_scale() const override { return !contracts_; }
  S scale_of(std::span<const S> values) const override {
    return static_cast<S>(own_scale(values, clip_ * deviation(values)));
  }

  void encode(std::span<const S> values,
              const Draws& draws,
              std::span<std::byte> payload) const override {
    const Random random = draws.own();
    const double limit = clip_ * deviation(values);  // 0: none
    const double scale = draws.scale != 0 ? draws.scale : own_scale(values, limit);
    put(payload.data(), 0, static_cast<S>(scale));
    std::byte* const codes = payload.data() + sizeof(S);
    const std::size_t quarter = (values.size() + 3) / 4;
    std::fill_n(codes, quarter, std::byte{0});
    for (std::size_t k = 0; k < values.size(); ++k) {
      const double magnitude = clipped(std::abs(static_cast<double>(values[k])), limit);
      const bool sent = random.uniform(draws.index(k)) * scale < magnitude;
      const unsigned code = !sent ? kZero : (values[k] < 0 ? kZero - 1 : kZero + 1);
      codes[k % quarter] |= static_cast<std::byte>(code << (2 * (k / quarter)));
    }
  }

  void decode_add(std::span<const std::byte> payload,
                  const Draws& /*draws*/,
                  S weight,
                  std::span<S> values) const override {
    const double divisor = contracts_ ? std::sqrt(static_cast<double>(values.size())) : 1;
    const S scale =
        weight * static_cast<S>(static_cast<double>(get<S>(payload.data(), 0)) / divisor);
    const std::byte* const codes = payload.data() + sizeof(S);
    const std::size_t quarter = (values.size() + 3) / 4;
    for (std::size_t k = 0; k < values.size(); ++k) {
      const auto code = std::to_integer<int>(codes[k % quarter]) >> (2 * (k / quarter)) & 3;
      values[k] += scale * static_cast<S>(code - static_cast<int>(kZero));
    }
  }

 private:
  static double clipped(double magnitude, double limit) {
    return limit > 0 ? std::min(magnitude, limit) : magnitude;
  }

  double deviation(std::span<const S> values) const {
    if (clip_ == 0) {
      return 0;
    }
    double sum = 0;
    for (const S value : values) {
      sum += static_cast<double>(value);
    }
    const auto count = static_cast<double>(values.size());
    double squares = 0;
    for (const S value : values) {
      const double away = static_cast<double>(value) - sum / count;
      squares += away * away;
    }
    return std::sqrt(squares / count);
  }

  // Not finite where a value is not. A deviation of 0 says nothing of the magnitudes.
  double own_scale(std::span<const S> values, double limit) const {
    double largest = 0;
    double sum = 0;
    for (const S value : values) {
      const double magnitude = std::abs(static_cast<double>(value));
      sum += magnitude;
      largest = std::max(largest, clipped(magnitude, limit));
    }
    if (!std::isfinite(sum)) {
      return sum;
    }
    return by_deviation_ && limit > 0 ? limit : largest;
  }

  double clip_;
  bool by_deviation_;
  bool contracts_;
};

}  // namespace

Registration ternary() {
  return {
      .info = {.name = "ternary",
               .summary = "-1, 0 or 1 at random, times one scale",
               .paper = "Wen, Xu, Yan, Wu, Wang, Chen, Li: TernGrad, NeurIPS 2017",
               .options = {{.name = "clip",
                            .help = "standard deviations to which values are clipped; 0: none",
                            .fallback = 2.5,
                            .bounds = kNonNegative},
                           {.name = "scale",
                            .help = "the largest magnitude after clipping, or `clip` deviations",
                            .fallback = std::string("max"),
                            .choices = {"max", "deviation"}}}},
      .make = maker_of<Ternary>()};
}

}  // namespace murmur::codecs
