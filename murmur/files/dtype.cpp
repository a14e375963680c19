// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/dtype.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace murmur::files {
namespace {

struct DtypeRow {
  Dtype dtype;
  std::string_view name;
  std::size_t bytes;
};

constexpr std::array<DtypeRow, 15> kDtypes{{{Dtype::kBool, "BOOL", 1},
                                            {Dtype::kU8, "U8", 1},
                                            {Dtype::kI8, "I8", 1},
                                            {Dtype::kF8E5M2, "F8_E5M2", 1},
                                            {Dtype::kF8E4M3, "F8_E4M3", 1},
                                            {Dtype::kI16, "I16", 2},
                                            {Dtype::kU16, "U16", 2},
                                            {Dtype::kF16, "F16", 2},
                                            {Dtype::kBF16, "BF16", 2},
                                            {Dtype::kI32, "I32", 4},
                                            {Dtype::kU32, "U32", 4},
                                            {Dtype::kF32, "F32", 4},
                                            {Dtype::kI64, "I64", 8},
                                            {Dtype::kU64, "U64", 8},
                                            {Dtype::kF64, "F64", 8}}};

const DtypeRow& row_of(Dtype dtype) {
  return kDtypes[static_cast<std::size_t>(dtype)];
}

}  // namespace

std::size_t bytes_of(Dtype dtype) {
  return row_of(dtype).bytes;
}
std::string_view name_of(Dtype dtype) {
  return row_of(dtype).name;
}

std::optional<Dtype> dtype_named(std::string_view name) {
  const auto* const row = std::find_if(
      kDtypes.begin(), kDtypes.end(), [&](const DtypeRow& r) { return r.name == name; });
  return row == kDtypes.end() ? std::nullopt : std::optional(row->dtype);
}

template <>
Dtype dtype_of<float>() {
  return Dtype::kF32;
}
template <>
Dtype dtype_of<double>() {
  return Dtype::kF64;
}
template <>
Dtype dtype_of<std::int32_t>() {
  return Dtype::kI32;
}
template <>
Dtype dtype_of<std::int64_t>() {
  return Dtype::kI64;
}
template <>
Dtype dtype_of<std::uint64_t>() {
  return Dtype::kU64;
}
template <>
Dtype dtype_of<std::uint8_t>() {
  return Dtype::kU8;
}

}  // namespace murmur::files
