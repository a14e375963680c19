// SPDX-License-Identifier: Apache-2.0
// QSGD: of each run of `bucket` entries norm sign(v) l / s, where l is one of the two whole numbers
// next to s |v| / norm, drawn so that the mean is v. sign(0) = +1.
//
//   payload: of every bucket its norm, then of every entry a bit (1: negative) and l, as bits.h
//   writes them; a bucket ends with its last byte
//
// Unbiased, omega = min(b / s^2, sqrt(b) / s) with b entries in the bucket.
#include <algorithm>
#include <bit>
#include <cmath>

#include "murmur/codecs/bits.h"
#include "murmur/codecs/registry.h"

namespace murmur::codecs {
namespace {

constexpr Bounds kLevels{1, 9007199254740991.0, false, false, "an integer, 1 or more"};

template <class S>
class Qsgd : public Codec<S> {
 public:
  Qsgd(const OptionValues& options, Use use)
      : levels_(static_cast<std::uint64_t>(options.integer("levels"))),
        level_bits_(static_cast<unsigned>(std::bit_width(levels_))),
        bucket_(static_cast<std::size_t>(options.integer("bucket"))),
        by_maximum_(options.text("norm") == "max"),
        contracts_(use == Use::kAsContraction) {}

  std::size_t payload_bytes(std::size_t size) const override {
    std::size_t bytes = 0;
    for_each_bucket(size, [&](std::size_t begin, std::size_t end) {
      bytes += sizeof(S) + bytes_of_levels(end - begin);
    });
    return bytes;
  }

  void encode(std::span<const S> values,
              const Draws& draws,
              std::span<std::byte> payload) const override {
    const Random random = draws.own();
    std::byte* out = payload.data();
    for_each_bucket(values.size(), [&](std::size_t begin, std::size_t end) {
      const S norm = norm_of(values.subspan(begin, end - begin));
      put(out, 0, norm);
      BitWriter bits(out + sizeof(S));
      for (std::size_t k = begin; k < end; ++k) {
        const double draw = random.uniform(draws.index(k));
        bits.put((level(values[k], norm, draw) << 1U) | (values[k] < 0 ? 1U : 0U), 1 + level_bits_);
      }
      bits.finish();
      out += sizeof(S) + bytes_of_levels(end - begin);
    });
  }

  void decode_add(std::span<const std::byte> payload,
                  const Draws& /*draws*/,
                  S weight,
                  std::span<S> values) const override {
    const std::byte* in = payload.data();
    for_each_bucket(values.size(), [&](std::size_t begin, std::size_t end) {
      const S unit = weight * static_cast<S>(static_cast<double>(get<S>(in, 0)) /
                                             (static_cast<double>(levels_) * scale(end - begin)));
      BitReader bits(in + sizeof(S));
      for (std::size_t k = begin; k < end; ++k) {
        const std::uint64_t code = bits.get(1 + level_bits_);
        const S magnitude = unit * static_cast<S>(code >> 1U);
        values[k] += (code & 1U) != 0 ? -magnitude : magnitude;
      }
      in += sizeof(S) + bytes_of_levels(end - begin);
    });
  }

 private:
  template <class Visit>
  void for_each_bucket(std::size_t size, const Visit& visit) const {
    const std::size_t run = bucket_ == 0 ? size : bucket_;
    for (std::size_t begin = 0; begin < size; begin += run) {
      visit(begin, std::min(size, begin + run));
    }
  }
  std::size_t bytes_of_levels(std::size_t entries) const {
    return (entries * (1 + level_bits_) + 7) / 8;
  }

  // Not finite where a value is not.
  S norm_of(std::span<const S> values) const {
    double squares = 0;
    double largest = 0;
    for (const S value : values) {
      const auto v = static_cast<double>(value);
      squares += v * v;
      largest = std::max(largest, std::abs(v));
    }
    return static_cast<S>(by_maximum_ && std::isfinite(squares) ? largest : std::sqrt(squares));
  }

  std::uint64_t level(S value, S norm, double draw) const {
    const double exact = static_cast<double>(levels_) * std::abs(static_cast<double>(value)) /
                         static_cast<double>(norm);
    if (!(exact > 0) || !std::isfinite(exact)) {
      return 0;
    }
    const double below = std::floor(exact);
    const double chosen = below + (draw < exact - below ? 1 : 0);
    return static_cast<std::uint64_t>(std::min(chosen, static_cast<double>(levels_)));
  }

  // What a contraction divides by: 1 + omega.
  double scale(std::size_t entries) const {
    const auto b = static_cast<double>(entries);
    const auto s = static_cast<double>(levels_);
    return contracts_ ? 1 + std::min(b / (s * s), std::sqrt(b) / s) : 1;
  }

  std::uint64_t levels_;
  unsigned level_bits_;
  std::size_t bucket_;
  bool by_maximum_;
  bool contracts_;
};

}  // namespace

Registration qsgd() {
  return {.info = {.name = "qsgd",
                   .summary = "magnitudes rounded at random to levels of a norm",
                   .paper = "Alistarh, Grubic, Li, Tomioka, Vojnovic: QSGD, NeurIPS 2017",
                   .options = {{.name = "levels",
                                .help = "levels above zero, s",
                                .fallback = std::int64_t{7},
                                .bounds = kLevels},
                               {.name = "bucket",
                                .help = "entries that share a norm; 0: the whole tensor",
                                .fallback = std::int64_t{512},
                                .bounds = kIndex},
                               {.name = "norm",
                                .help = "of a bucket: Euclidean, or its largest magnitude",
                                .fallback = std::string("l2"),
                                .choices = {"l2", "max"}},
                               {.name = "code",
                                .help = "levels in so many bits each",
                                .fallback = std::string("fixed"),
                                .choices = {"fixed"}}}},
          .make = maker_of<Qsgd>()};
}

}  // namespace murmur::codecs
