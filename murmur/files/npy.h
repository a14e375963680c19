// SPDX-License-Identifier: Apache-2.0
// The header of NumPy's .npy format (NEP 1), versions 1 to 3:
//
//   0x93 "NUMPY" | major, minor | length of the text: u16, from version 2 on u32
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }   padded with spaces, ends in a
//   line
//                                                                 break
//   the numbers
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/files/dtype.h"

namespace murmur::files {

struct NpyHeader {
  Dtype dtype = Dtype::kF32;
  bool fortran_order = false;  // the first index changes fastest
  std::vector<std::int64_t> shape;
};

inline constexpr std::size_t kNpyPrefixBytes = 12;  // of every version, or more

// Length of the whole header from its first kNpyPrefixBytes bytes. kDamaged: it is none, or longer
// than NumPy's limit.
Result<std::size_t> npy_header_bytes(std::span<const std::byte> prefix);

// `text`: the dictionary. kDamaged: it is not one, the numbers are Python objects (pickled),
// big-endian, of several fields or of a type that safetensors has not, or there are too many
// dimensions.
Result<NpyHeader> parse_npy_header(std::string_view text);

// The dictionary in a whole header.
std::string_view npy_text(std::span<const std::byte> header);

}  // namespace murmur::files
