// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), for files whose published checksum is an MD5. It detects accidents, not attacks.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace murmur::data {

// 32 hexadecimal digits.
std::string md5(std::span<const std::uint8_t> bytes);

}  // namespace murmur::data
