// SPDX-License-Identifier: Apache-2.0
// Numbers of a file's types as columns of the types that are kept in memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/data/column.h"
#include "murmur/data/held_bytes.h"
#include "murmur/files/dtype.h"

namespace murmur::data {

bool is_float(files::Dtype dtype);    // F16, F32 or F64
bool is_integer(files::Dtype dtype);  // of 8 to 64 bits, with or without sign

// IEEE 754 half precision to single; every value is kept.
float from_half(std::uint16_t bits);

// `column` with the numbers of `bytes`, which are of its type; F16 becomes F32. kDamaged: a number
// is not finite (names the row). REQUIRES: the type is a float.
Result<Column> number_column(Column column,
                             Bytes bytes,
                             const std::string& file,
                             const std::string& array);

// Column y of labels: U8 if they are at most 256 classes, otherwise I32.
Column label_column(const std::vector<std::int32_t>& labels, int classes);

// Calls take(value) for every integer until it returns false; returns that integer as text. None:
// take() has accepted all of them. REQUIRES: is_integer(dtype).
template <class Take>
std::optional<std::string> for_each_integer(files::Dtype dtype,
                                            std::span<const std::uint8_t> bytes,
                                            const Take& take) {
  using files::Dtype;
  const auto all = [&]<class T>(T value) -> std::optional<std::string> {
    for (std::size_t offset = 0; offset < bytes.size(); offset += sizeof(T)) {
      std::memcpy(&value, bytes.data() + offset, sizeof(T));
      if (!take(+value)) {
        return std::to_string(+value);
      }
    }
    return std::nullopt;
  };
  switch (dtype) {
    case Dtype::kU8:
      return all(std::uint8_t{});
    case Dtype::kI8:
      return all(std::int8_t{});
    case Dtype::kU16:
      return all(std::uint16_t{});
    case Dtype::kI16:
      return all(std::int16_t{});
    case Dtype::kU32:
      return all(std::uint32_t{});
    case Dtype::kI32:
      return all(std::int32_t{});
    case Dtype::kU64:
      return all(std::uint64_t{});
    default:
      MURMUR_CHECK(dtype == Dtype::kI64, "{} is no integer", files::name_of(dtype));
      return all(std::int64_t{});
  }
}

}  // namespace murmur::data
