// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/zip.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fmt/format.h>
#include <sys/stat.h>
#include <zlib.h>

#include "murmur/core/check.h"
#include "murmur/files/zip_directory.h"

namespace murmur::files {
namespace {

constexpr std::uint64_t kMostDirectoryBytes = std::uint64_t{64} << 20U;
constexpr std::size_t kChunk = std::size_t{1} << 16U;
constexpr std::uint64_t kDeflateRatio = 1032;  // the largest

Failure damaged(const std::filesystem::path& path, const std::string& what) {
  return {FailureKind::kDamaged,
          fmt::format("{} is no whole zip archive: {}", path.string(), what)};
}

// `count` bytes at `offset`; fewer are kDamaged.
Result<std::vector<std::byte>> read_exactly(const Descriptor& file,
                                            const std::filesystem::path& path,
                                            std::uint64_t offset,
                                            std::uint64_t count) {
  std::vector<std::byte> bytes(count);
  const Result<std::size_t> got = read_at(file, path, offset, bytes);
  if (!got) {
    return got.failure();
  }
  if (got.value() < count) {
    return damaged(path, "it ends too early");
  }
  return bytes;
}

}  // namespace

struct ZipStream::State {
  State(const ZipReader& of, const Descriptor& from, const ZipMember& what, std::uint64_t begin)
      : archive(of), file(from), member(what), position(begin), end(begin + what.packed_bytes) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (member.deflated) {
      inflateEnd(&inflater);
    }
  }

  Failure wrong(const std::string& what) const {
    return {FailureKind::kDamaged,
            fmt::format("{}: member '{}' {}", archive.path().string(), member.name, what)};
  }

  // The next bytes of the file, at most `out`. 0: the member's data end.
  Result<std::size_t> read_packed(std::span<std::byte> out) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), end - position));
    const Result<std::size_t> got = read_at(file, archive.path(), position, out.first(count));
    if (!got) {
      return got.failure();
    }
    if (got.value() < count) {
      return wrong("ends too early");
    }
    position += count;
    return count;
  }

  // Unpacks until `out` is full or, with one byte more than the member has, until its data end.
  Result<std::size_t> inflate_into(std::span<std::byte> out) {
    std::size_t used = 0;
    while (used < out.size() && !ended) {
      if (inflater.avail_in == 0) {
        const Result<std::size_t> count = read_packed(chunk);
        if (!count) {
          return count.failure();
        }
        inflater.next_in = reinterpret_cast<Bytef*>(chunk.data());
        inflater.avail_in = static_cast<uInt>(count.value());
      }
      const std::size_t room = std::min(out.size() - used, std::size_t{1} << 30U);
      inflater.next_out = reinterpret_cast<Bytef*>(out.data() + used);
      inflater.avail_out = static_cast<uInt>(room);
      const int code = inflate(&inflater, Z_NO_FLUSH);
      used += room - inflater.avail_out;
      ended = code == Z_STREAM_END;
      if (code == Z_BUF_ERROR && inflater.avail_in == 0 && position == end) {
        return wrong("ends too early");
      }
      if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) {
        return wrong(fmt::format("has damaged data: {}",
                                 inflater.msg == nullptr ? "unknown" : inflater.msg));
      }
    }
    return used;
  }

  Status finish() {
    std::array<std::byte, 1> more{};
    if (member.deflated && !ended) {
      const Result<std::size_t> count = inflate_into(more);
      if (!count) {
        return count.failure();
      }
      if (count.value() != 0) {
        return wrong(
            fmt::format("has more than the {} bytes that its directory says", member.bytes));
      }
    }
    if (position != end || inflater.avail_in != 0) {
      return wrong("is followed by other data");
    }
    return crc == member.crc ? Status(Ok{}) : wrong("does not have its checksum");
  }

  const ZipReader& archive;
  const Descriptor& file;
  const ZipMember member;
  std::uint64_t position;  // of the next packed byte in the file
  std::uint64_t end;
  std::uint64_t done = 0;  // bytes given
  std::uint32_t crc = 0;
  bool ended = false;  // of deflate
  z_stream inflater{};
  std::vector<std::byte> chunk = std::vector<std::byte>(member.deflated ? kChunk : 0);
};

ZipStream::ZipStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipStream::ZipStream(ZipStream&&) noexcept = default;
ZipStream& ZipStream::operator=(ZipStream&&) noexcept = default;
ZipStream::~ZipStream() = default;

Status ZipStream::read(std::span<std::byte> out) {
  State& s = *state_;
  if (out.size() > s.member.bytes - s.done) {
    return s.wrong(fmt::format("has only {} bytes", s.member.bytes));
  }
  const Result<std::size_t> got = s.member.deflated ? s.inflate_into(out) : s.read_packed(out);
  if (!got) {
    return got.failure();
  }
  if (got.value() < out.size()) {
    return s.wrong(
        fmt::format("has fewer than the {} bytes that its directory says", s.member.bytes));
  }
  s.crc = static_cast<std::uint32_t>(
      crc32_z(s.crc, reinterpret_cast<const Bytef*>(out.data()), out.size()));
  s.done += out.size();
  return s.done == s.member.bytes ? s.finish() : Ok{};
}

Result<ZipReader> ZipReader::open(const std::filesystem::path& path) {
  Result<Descriptor> file = open_to_read(path);
  if (!file) {
    return file.failure();
  }
  return open(std::move(file).value(), path);
}

Result<ZipReader> ZipReader::open(Descriptor file, const std::filesystem::path& name) {
  ZipReader reader(name, std::move(file));
  if (const Status read = reader.read_directory(); !read) {
    return read.failure();
  }
  return reader;
}

Status ZipReader::read_directory() {
  struct stat about {};
  if (::fstat(file_.number(), &about) != 0) {
    return system_failure("read", path_, errno);
  }
  const auto size = static_cast<std::uint64_t>(about.st_size);
  const std::uint64_t tail_bytes =
      std::min<std::uint64_t>(size, kZipEndBytes + kZipMostComment + kZipLocatorBytes);
  const auto tail = read_exactly(file_, path_, size - tail_bytes, tail_bytes);
  if (!tail) {
    return tail.failure();
  }
  Result<ZipEnd> end = parse_zip_end(tail.value());
  if (end && end.value().zip64_end) {
    const std::uint64_t offset = *end.value().zip64_end;
    if (offset > size || size - offset < kZip64EndBytes) {
      return damaged(path_, "its sizes in 64 bits are missing");
    }
    const auto bytes = read_exactly(file_, path_, offset, kZip64EndBytes);
    if (!bytes) {
      return bytes.failure();
    }
    end = parse_zip64_end(bytes.value());
  }
  if (!end) {
    return damaged(path_, end.failure().message);
  }
  directory_ = end.value().directory;
  const std::uint64_t bytes = end.value().directory_bytes;
  if (directory_ > size || bytes > size - directory_ || bytes > kMostDirectoryBytes) {
    return damaged(
        path_,
        fmt::format("its directory would be {} bytes at {}, of {}", bytes, directory_, size));
  }
  const auto directory = read_exactly(file_, path_, directory_, bytes);
  if (!directory) {
    return directory.failure();
  }
  Result<std::vector<ZipMember>> members = parse_zip_directory(directory.value(), end.value());
  if (!members) {
    return damaged(path_, members.failure().message);
  }
  members_ = std::move(members).value();
  return Ok{};
}

const ZipMember* ZipReader::find(std::string_view name) const {
  const auto found = std::find_if(members_.begin(), members_.end(), [&](const ZipMember& member) {
    return member.name == name;
  });
  return found == members_.end() ? nullptr : &*found;
}

Result<ZipStream> ZipReader::stream(const ZipMember& member) const {
  const auto wrong = [&](const std::string& what) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{}: member '{}' {}", path_.string(), member.name, what)};
  };
  const std::uint64_t begin = member.local_header;
  if (begin > directory_ || directory_ - begin < kZipLocalBytes) {
    return wrong(fmt::format("would begin at byte {}, behind the data", begin));
  }
  const auto header = read_exactly(file_, path_, begin, kZipLocalBytes);
  if (!header) {
    return header.failure();
  }
  const Result<std::uint64_t> skipped = parse_local_header(header.value());
  if (!skipped) {
    return wrong("is damaged: " + skipped.failure().message);
  }
  const std::uint64_t room = directory_ - begin;
  if (skipped.value() > room || member.packed_bytes > room - skipped.value()) {
    return wrong(fmt::format("would have {} bytes, beyond the data", member.packed_bytes));
  }
  if (member.deflated && member.bytes / kDeflateRatio > member.packed_bytes) {
    return wrong(fmt::format("would have {} bytes out of {}", member.bytes, member.packed_bytes));
  }
  auto state = std::make_unique<ZipStream::State>(*this, file_, member, begin + skipped.value());
  if (member.deflated && inflateInit2(&state->inflater, -MAX_WBITS) != Z_OK) {
    return Failure{FailureKind::kIo, path_.string() + ": zlib cannot start"};
  }
  return ZipStream(std::move(state));
}

}  // namespace murmur::files
