// SPDX-License-Identifier: Apache-2.0
// A folder that keeps what compressed files hold, so that they are unpacked once. An entry is found
// by the compressed bytes, wherever their file lies, and is checked before it is used:
//
//   FOLDER/XXH3-SIZE of the compressed bytes, in hexadecimal:
//     "MURMUR\0\1" | size of the rest: u64 | XXH3 of the rest: u64 | unpacked bytes
//
// It is only a cache: it may be deleted at any time, and a folder that cannot be written, or an
// entry that is damaged, is as if it were not there.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>

#include "murmur/data/held_bytes.h"

namespace murmur::data {

// The entry of these compressed bytes in a folder.
std::filesystem::path cache_entry(const std::filesystem::path& folder,
                                  std::span<const std::uint8_t> packed);

// The content of an entry; none: there is no such entry, it is damaged, or holds more than `limit`
// bytes.
std::optional<Bytes> read_cache_entry(const std::filesystem::path& entry, std::size_t limit);

// Makes the entry, and the folder if there is none, or does nothing if that fails. Several
// processes may make the same one.
void write_cache_entry(const std::filesystem::path& entry, std::span<const std::uint8_t> unpacked);

}  // namespace murmur::data
