// SPDX-License-Identifier: Apache-2.0
// QSGD (qsgd_levels.h) with its levels in so many bits each, and the registry entry of both codes.
//
//   payload: of every bucket its norm, then of every entry a bit (1: negative; 0: sign(0) = +1) and
//   its level, as bits.h writes them; a bucket ends with its last byte
//
// Unbiased, omega = min(b / s^2, sqrt(b) / s) with b entries in the bucket.
#include <bit>

#include "murmur/codecs/bits.h"
#include "murmur/codecs/qsgd_elias.h"
#include "murmur/codecs/qsgd_levels.h"
#include "murmur/codecs/registry.h"

namespace murmur::codecs {
namespace {

constexpr Bounds kLevels{1, 9007199254740991.0, false, false, "an integer, 1 or more"};

template <class S>
class Qsgd : public Codec<S> {
 public:
  Qsgd(const OptionValues& options, Use use)
      : levels_(options, use),
        level_bits_(static_cast<unsigned>(std::bit_width(levels_.levels()))) {}

  std::size_t payload_bytes(std::size_t size) const override {
    std::size_t bytes = 0;
    levels_.for_each_bucket(size, [&](std::size_t begin, std::size_t end) {
      bytes += sizeof(S) + bytes_of_levels(end - begin);
    });
    return bytes;
  }

  void encode(std::span<const S> values,
              const Draws& draws,
              std::span<std::byte> payload) const override {
    const Random random = draws.own();
    std::byte* out = payload.data();
    levels_.for_each_bucket(values.size(), [&](std::size_t begin, std::size_t end) {
      const S norm = levels_.norm_of(values.subspan(begin, end - begin));
      put(out, 0, norm);
      BitWriter bits(out + sizeof(S));
      for (std::size_t k = begin; k < end; ++k) {
        const std::uint64_t level = levels_.level(values[k], norm, random.uniform(draws.index(k)));
        bits.put((level << 1U) | (values[k] < 0 ? 1U : 0U), 1 + level_bits_);
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
    levels_.for_each_bucket(values.size(), [&](std::size_t begin, std::size_t end) {
      const S unit = levels_.unit(get<S>(in, 0), weight, end - begin);
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
  std::size_t bytes_of_levels(std::size_t entries) const {
    return (entries * (1 + level_bits_) + 7) / 8;
  }

  QsgdLevels<S> levels_;
  unsigned level_bits_;
};

template <class S>
Coding<S> make_qsgd(const OptionValues& options, Use use) {
  if (options.text("code") == "elias") {
    return {.codec = qsgd_elias<S>(options, use)};
  }
  return {.codec = std::make_shared<const Qsgd<S>>(options, use)};
}

}  // namespace

Registration qsgd() {
  return {
      .info = {.name = "qsgd",
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
                            .help =
                                "levels in so many bits each, or Elias' code of those above zero",
                            .fallback = std::string("fixed"),
                            .choices = {"fixed", "elias"}}}},
      .make = {make_qsgd<float>, make_qsgd<double>}};
}

}  // namespace murmur::codecs
