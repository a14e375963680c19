// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/zip_directory.h"

#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace murmur::files {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t kLocal = 0x04034b50;
constexpr std::uint32_t kEntry = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kLocator = 0x07064b50;
constexpr std::uint32_t kZip64End = 0x06064b50;
constexpr std::size_t kEntryBytes = 46;
constexpr std::uint32_t kElsewhere = 0xffffffffU;  // the number is in the zip64 part
constexpr std::uint16_t kElsewhere16 = 0xffffU;
constexpr std::uint16_t kEncrypted = 1;
constexpr std::uint16_t kStored = 0;
constexpr std::uint16_t kDeflated = 8;

Failure damaged(std::string what) {
  return {FailureKind::kDamaged, std::move(what)};
}

// A little-endian integer. REQUIRES: it lies within the bytes.
template <class T>
T at(Bytes bytes, std::size_t offset) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;) {
    value = static_cast<T>(value << 8U) | std::to_integer<T>(bytes[offset + i]);
  }
  return value;
}
// The data of the extra field `id`; none if there is no such field.
std::optional<Bytes> find_extra(Bytes extra, std::uint16_t id) {
  while (extra.size() >= 4) {
    const auto size = at<std::uint16_t>(extra, 2);
    if (size > extra.size() - 4) {
      return std::nullopt;
    }
    if (at<std::uint16_t>(extra, 0) == id) {
      return extra.subspan(4, size);
    }
    extra = extra.subspan(4 + static_cast<std::size_t>(size));
  }
  return std::nullopt;
}

// Replaces numbers that are kElsewhere by those of the zip64 field, which has exactly these.
Status read_zip64(ZipMember& member, Bytes extra) {
  auto field = find_extra(extra, 1).value_or(Bytes());
  for (std::uint64_t* number : {&member.bytes, &member.packed_bytes, &member.local_header}) {
    if (*number != kElsewhere) {
      continue;
    }
    if (field.size() < sizeof(std::uint64_t)) {
      return damaged(fmt::format("member '{}' has no sizes in 64 bits", member.name));
    }
    *number = at<std::uint64_t>(field, 0);
    field = field.subspan(sizeof(std::uint64_t));
  }
  return Ok{};
}

Result<ZipMember> parse_entry(Bytes entry, Bytes name, Bytes extra) {
  ZipMember member{.name = {reinterpret_cast<const char*>(name.data()), name.size()},
                   .deflated = at<std::uint16_t>(entry, 10) == kDeflated,
                   .crc = at<std::uint32_t>(entry, 16),
                   .packed_bytes = at<std::uint32_t>(entry, 20),
                   .bytes = at<std::uint32_t>(entry, 24),
                   .local_header = at<std::uint32_t>(entry, 42)};
  const auto method = at<std::uint16_t>(entry, 10);
  if ((at<std::uint16_t>(entry, 8) & kEncrypted) != 0) {
    return damaged(fmt::format("member '{}' is encrypted", member.name));
  }
  if (method != kStored && method != kDeflated) {
    return damaged(
        fmt::format("member '{}' is packed by method {}; allowed are 0 (stored) and 8 (deflated)",
                    member.name,
                    method));
  }
  if (const Status read = read_zip64(member, extra); !read) {
    return read.failure();
  }
  if (method == kStored && member.bytes != member.packed_bytes) {
    return damaged(fmt::format("member '{}' is stored, but has {} and {} bytes",
                               member.name,
                               member.packed_bytes,
                               member.bytes));
  }
  return member;
}

}  // namespace

Result<ZipEnd> parse_zip_end(Bytes tail) {
  for (std::size_t back = kZipEndBytes; back <= tail.size(); ++back) {
    const std::size_t offset = tail.size() - back;
    if (at<std::uint32_t>(tail, offset) != kEnd ||
        at<std::uint16_t>(tail, offset + 20) != back - kZipEndBytes) {
      continue;
    }
    if (at<std::uint32_t>(tail, offset + 4) != 0) {
      return damaged("it is one part of several");
    }
    ZipEnd end{.members = at<std::uint16_t>(tail, offset + 10),
               .directory = at<std::uint32_t>(tail, offset + 16),
               .directory_bytes = at<std::uint32_t>(tail, offset + 12)};
    const bool elsewhere = end.members == kElsewhere16 || end.directory == kElsewhere ||
                           end.directory_bytes == kElsewhere;
    if (elsewhere) {
      if (offset < kZipLocatorBytes ||
          at<std::uint32_t>(tail, offset - kZipLocatorBytes) != kLocator) {
        return damaged("its sizes in 64 bits are missing");
      }
      end.zip64_end = at<std::uint64_t>(tail, offset - kZipLocatorBytes + 8);
    }
    return end;
  }
  return damaged("it does not end with a directory");
}

Result<ZipEnd> parse_zip64_end(Bytes bytes) {
  if (at<std::uint32_t>(bytes, 0) != kZip64End) {
    return damaged("its sizes in 64 bits are missing");
  }
  return ZipEnd{.members = at<std::uint64_t>(bytes, 32),
                .directory = at<std::uint64_t>(bytes, 48),
                .directory_bytes = at<std::uint64_t>(bytes, 40)};
}

Result<std::vector<ZipMember>> parse_zip_directory(Bytes bytes, const ZipEnd& end) {
  std::vector<ZipMember> members;
  std::set<std::string, std::less<>> names;
  while (!bytes.empty()) {
    if (bytes.size() < kEntryBytes || at<std::uint32_t>(bytes, 0) != kEntry) {
      return damaged("its directory is damaged");
    }
    const std::size_t name = at<std::uint16_t>(bytes, 28);
    const std::size_t extra = at<std::uint16_t>(bytes, 30);
    const std::size_t comment = at<std::uint16_t>(bytes, 32);
    if (name + extra + comment > bytes.size() - kEntryBytes) {
      return damaged("its directory is damaged");
    }
    Result<ZipMember> member = parse_entry(
        bytes, bytes.subspan(kEntryBytes, name), bytes.subspan(kEntryBytes + name, extra));
    if (!member) {
      return member.failure();
    }
    if (!names.insert(member.value().name).second) {
      return damaged(fmt::format("member '{}' is there twice", member.value().name));
    }
    members.push_back(std::move(member).value());
    bytes = bytes.subspan(kEntryBytes + name + extra + comment);
  }
  if (members.size() != end.members) {
    return damaged(
        fmt::format("its directory has {} members, not {}", members.size(), end.members));
  }
  return members;
}

Result<std::uint64_t> parse_local_header(Bytes bytes) {
  if (at<std::uint32_t>(bytes, 0) != kLocal) {
    return damaged("its header is not where the directory says");
  }
  return std::uint64_t{kZipLocalBytes} + at<std::uint16_t>(bytes, 26) +
         at<std::uint16_t>(bytes, 28);
}

}  // namespace murmur::files
