// SPDX-License-Identifier: Apache-2.0
// How many bytes every codec makes of a tensor, derived by hand from the papers and not from the
// codec. `scalar`: bytes of a value.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "murmur/core/check.h"
#include "tests/support/codec_variants.h"

namespace murmur::testing {

inline std::size_t all_values(const OptionValues& /*options*/,
                              const TensorSlot& slot,
                              std::size_t scalar) {
  return slot.size * scalar;
}
// At least one.
inline std::size_t share_by_hand(const OptionValues& options, const TensorSlot& slot) {
  const double share = std::floor(options.number("ratio") * static_cast<double>(slot.size));
  return std::max<std::size_t>(1, static_cast<std::size_t>(share));
}
inline std::size_t values_and_indices(const OptionValues& options,
                                      const TensorSlot& slot,
                                      std::size_t scalar) {
  return share_by_hand(options, slot) * (scalar + 4);
}
inline std::size_t values_alone(const OptionValues& options,
                                const TensorSlot& slot,
                                std::size_t scalar) {
  return share_by_hand(options, slot) * scalar;
}
// A scale, and one bit or two per entry.
inline std::size_t bits(const OptionValues& /*options*/,
                        const TensorSlot& slot,
                        std::size_t scalar) {
  return scalar + (slot.size + 7) / 8;
}
inline std::size_t pairs_of_bits(const OptionValues& /*options*/,
                                 const TensorSlot& slot,
                                 std::size_t scalar) {
  return scalar + (slot.size + 3) / 4;
}
inline std::size_t norms_and_levels(const OptionValues& options,
                                    const TensorSlot& slot,
                                    std::size_t scalar) {
  const auto levels = static_cast<double>(options.integer("levels"));
  const double each = 1 + std::ceil(std::log2(levels + 1));
  const auto bucket = static_cast<std::size_t>(options.integer("bucket"));
  std::size_t bytes = 0;
  if (options.text("code") == "elias") {  // at most: the size, and of every entry a way of one bit
    const auto buckets = bucket == 0 ? 1 : (slot.size + bucket - 1) / bucket;
    const std::size_t of_level = options.integer("levels") == 1 ? 1 : 6;  // of 1 and of 4 to 7
    return 4 + buckets * scalar + (slot.size * (1 + 1 + of_level) + 7) / 8;
  }
  for (std::size_t left = slot.size; left > 0;) {
    const std::size_t entries = bucket == 0 ? left : std::min(left, bucket);
    bytes += scalar + static_cast<std::size_t>(std::ceil(static_cast<double>(entries) * each / 8));
    left -= entries;
  }
  return bytes;
}
// Of vectors all values.
inline std::size_t two_factors(const OptionValues& options,
                               const TensorSlot& slot,
                               std::size_t scalar) {
  if (slot.shape.size() < 2) {
    return slot.size * scalar;
  }
  const auto rows = static_cast<std::size_t>(slot.shape[0]);
  const std::size_t columns = slot.size / rows;
  const auto rank = static_cast<std::size_t>(options.integer("rank"));
  return std::min({rank, rows, columns}) * (rows + columns) * scalar;
}

struct PayloadForm {
  std::string_view codec;
  std::size_t (*bytes)(const OptionValues&, const TensorSlot&, std::size_t scalar);
};

inline constexpr PayloadForm kPayloadForms[] = {
    {"none", all_values},
    {"top-k", values_and_indices},
    {"rand-k", values_alone},
    {"qsgd", norms_and_levels},
    {"sign", bits},
    {"ternary", pairs_of_bits},
    {"low-rank", two_factors},
};

inline std::size_t payload_by_hand(const CodecVariant& variant,
                                   const TensorSlot& slot,
                                   std::size_t scalar) {
  for (const PayloadForm& form : kPayloadForms) {
    if (form.codec == variant.codec->name) {
      return form.bytes(variant.options, slot, scalar);
    }
  }
  MURMUR_CHECK(false, "tests/support/payload_forms.h does not know '{}'", variant.codec->name);
}

}  // namespace murmur::testing
