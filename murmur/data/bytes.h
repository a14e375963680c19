// SPDX-License-Identifier: Apache-2.0
// A file's bytes, unpacked if their first bytes show that they are gzip (RFC 1952) or xz.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "murmur/core/error.h"
#include "murmur/data/held_bytes.h"

namespace murmur::data {

// No file of a dataset is larger; a file that claims to be is damaged.
inline constexpr std::size_t kMaxFileBytes = (std::size_t{1} << 31U) - 1;

// `cache`: the folder of cache/unpacked_cache.h, or empty. Failures are kMissing, kIo or kDamaged
// and name the file.
Result<Bytes> read_bytes(const std::filesystem::path& path,
                         const std::filesystem::path& cache = {},
                         std::size_t limit = kMaxFileBytes);

// The unpacked form of `packed`, or `packed` itself if it is neither gzip nor xz. `name` is used in
// messages; more than `limit` bytes are a failure.
Result<Bytes> unpack(Bytes packed, const std::string& name, std::size_t limit);

}  // namespace murmur::data
