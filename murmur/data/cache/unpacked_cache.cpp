// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/cache/unpacked_cache.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include "murmur/files/descriptor.h"

namespace murmur::data {
namespace {

namespace fs = std::filesystem;

struct Header {
  std::array<char, 8> magic{'M', 'U', 'R', 'M', 'U', 'R', '\0', '\1'};
  std::uint64_t bytes = 0;
  std::uint64_t xxh3 = 0;
};

Header header_of(std::span<const std::uint8_t> unpacked) {
  return {.bytes = unpacked.size(), .xxh3 = XXH3_64bits(unpacked.data(), unpacked.size())};
}

template <class T>
std::span<const std::byte> bytes_of(const T& value) {
  return std::as_bytes(std::span(&value, 1));
}

}  // namespace

fs::path cache_entry(const fs::path& folder, std::span<const std::uint8_t> packed) {
  return folder /
         fmt::format("{:016x}-{:x}", XXH3_64bits(packed.data(), packed.size()), packed.size());
}

std::optional<Bytes> read_cache_entry(const fs::path& entry, std::size_t limit) {
  const auto file = files::open_to_read(entry);
  std::error_code error;
  const std::uintmax_t size = fs::file_size(entry, error);
  if (!file || error) {
    return std::nullopt;
  }
  Header header;
  const auto got =
      files::read_at(file.value(), entry, 0, std::as_writable_bytes(std::span(&header, 1)));
  if (!got || got.value() != sizeof header || header.magic != Header().magic ||
      header.bytes > limit || size != sizeof header + header.bytes) {
    return std::nullopt;
  }
  Bytes unpacked(header.bytes);
  const auto read = files::read_at(
      file.value(), entry, sizeof header, std::as_writable_bytes(std::span(unpacked)));
  if (!read || read.value() != unpacked.size() || header_of(unpacked).xxh3 != header.xxh3) {
    return std::nullopt;
  }
  return unpacked;
}

void write_cache_entry(const fs::path& entry, std::span<const std::uint8_t> unpacked) {
  std::error_code ignored;
  fs::create_directories(entry.parent_path(), ignored);
  std::string temporary = entry.string() + ".XXXXXX";
  files::Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
  if (!file.is_open()) {
    return;
  }
  // Not synced: an entry that a power failure has cut is found to be damaged.
  const bool written = files::write_all(file, bytes_of(header_of(unpacked))) == 0 &&
                       files::write_all(file, std::as_bytes(unpacked)) == 0 && file.close() == 0;
  if (!written || std::rename(temporary.c_str(), entry.c_str()) != 0) {
    ::unlink(temporary.c_str());
  }
}

}  // namespace murmur::data
