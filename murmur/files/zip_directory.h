// SPDX-License-Identifier: Apache-2.0
// The parts of a zip archive that say where its members are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/files/zip.h"

namespace murmur::files {

inline constexpr std::size_t kZipEndBytes = 22;
inline constexpr std::size_t kZipMostComment = 65535;
inline constexpr std::size_t kZipLocatorBytes = 20;
inline constexpr std::size_t kZip64EndBytes = 56;
inline constexpr std::size_t kZipLocalBytes = 30;

struct ZipEnd {
  std::uint64_t members = 0;
  std::uint64_t directory = 0;  // offset in the file
  std::uint64_t directory_bytes = 0;
  std::optional<std::uint64_t> zip64_end = {};  // offset, if these numbers are there instead
};

// `tail`: the last bytes of the file, at least the longest end and a locator if the file has them.
// kDamaged: there is no end, or it is not the end of the file.
Result<ZipEnd> parse_zip_end(std::span<const std::byte> tail);

// REQUIRES: kZip64EndBytes bytes.
Result<ZipEnd> parse_zip64_end(std::span<const std::byte> bytes);

// kDamaged: not exactly `end.members` entries, or two of the same name.
Result<std::vector<ZipMember>> parse_zip_directory(std::span<const std::byte> bytes,
                                                   const ZipEnd& end);

// Bytes from the begin of a local header to its data. REQUIRES: kZipLocalBytes bytes.
Result<std::uint64_t> parse_local_header(std::span<const std::byte> bytes);

}  // namespace murmur::files
