// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/number_arrays.h"

#include <bit>
#include <cmath>
#include <utility>

#include <fmt/format.h>

namespace murmur::data {
namespace {

// The first number that is not finite; none if there is none.
template <class T>
std::optional<std::size_t> first_not_finite(std::span<const T> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      return i;
    }
  }
  return std::nullopt;
}

Bytes from_halves(std::span<const std::uint8_t> bytes) {
  Bytes wide(2 * bytes.size());
  for (std::size_t i = 0; i < bytes.size() / 2; ++i) {
    std::uint16_t half = 0;
    std::memcpy(&half, bytes.data() + 2 * i, 2);
    const float value = from_half(half);
    std::memcpy(wide.data() + 4 * i, &value, 4);
  }
  return wide;
}

}  // namespace

bool is_float(files::Dtype dtype) {
  using enum files::Dtype;
  return dtype == kF16 || dtype == kF32 || dtype == kF64;
}

bool is_integer(files::Dtype dtype) {
  using enum files::Dtype;
  return dtype == kU8 || dtype == kI8 || dtype == kU16 || dtype == kI16 || dtype == kU32 ||
         dtype == kI32 || dtype == kU64 || dtype == kI64;
}

float from_half(std::uint16_t bits) {
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  const std::uint32_t exponent = (bits >> 10U) & 0x1fU;
  const std::uint32_t fraction = bits & 0x3ffU;
  if (exponent == 0) {  // zero, or fraction 2^-24
    const float value = std::ldexp(static_cast<float>(fraction), -24);
    return sign != 0 ? -value : value;
  }
  const std::uint32_t wide = exponent == 0x1f ? 0xffU : exponent + 127 - 15;
  return std::bit_cast<float>(sign | (wide << 23U) | (fraction << 13U));
}

Result<Column> number_column(Column column,
                             Bytes bytes,
                             const std::string& file,
                             const std::string& array) {
  if (column.dtype == files::Dtype::kF16) {
    column.dtype = files::Dtype::kF32;
    bytes = from_halves(bytes);
  }
  column.bytes = std::move(bytes);
  const auto bad = column.dtype == files::Dtype::kF32 ? first_not_finite(column.values<float>())
                                                      : first_not_finite(column.values<double>());
  if (bad) {
    const double value = column.dtype == files::Dtype::kF32
                             ? static_cast<double>(column.values<float>()[*bad])
                             : column.values<double>()[*bad];
    return Failure{FailureKind::kDamaged,
                   fmt::format("{}: {}: row {} holds {}; allowed are finite numbers",
                               file,
                               array,
                               *bad / static_cast<std::size_t>(column.row_size()),
                               value)};
  }
  return column;
}

Column label_column(const std::vector<std::int32_t>& labels, int classes) {
  const bool narrow = classes <= 256;
  Bytes bytes(labels.size() * (narrow ? 1 : sizeof(std::int32_t)));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (narrow) {
      bytes[i] = static_cast<std::uint8_t>(labels[i]);
    } else {
      std::memcpy(bytes.data() + i * sizeof(std::int32_t), &labels[i], sizeof(std::int32_t));
    }
  }
  return {.name = std::string(kTargets),
          .dtype = narrow ? files::Dtype::kU8 : files::Dtype::kI32,
          .shape = {},
          .bytes = std::move(bytes)};
}

}  // namespace murmur::data
