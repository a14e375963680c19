// SPDX-License-Identifier: Apache-2.0
// The shape of an image: what datasets provide and what models accept.
#pragma once

#include <array>
#include <cstdint>

namespace murmur {

using ImageShape = std::array<std::int64_t, 3>;  // channels, rows, columns

}  // namespace murmur
