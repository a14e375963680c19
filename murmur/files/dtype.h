// SPDX-License-Identifier: Apache-2.0
// The data types of safetensors files.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace murmur::files {

enum class Dtype {
  kBool,
  kU8,
  kI8,
  kF8E5M2,
  kF8E4M3,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kI64,
  kU64,
  kF64,
};

std::size_t bytes_of(Dtype dtype);
std::string_view name_of(Dtype dtype);  // as written in the file format
std::optional<Dtype> dtype_named(std::string_view name);

// T: float, double, std::int32_t, std::int64_t, std::uint64_t or std::uint8_t.
template <class T>
Dtype dtype_of();

}  // namespace murmur::files
