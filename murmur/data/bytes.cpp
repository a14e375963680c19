// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/bytes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <lzma.h>
#include <zlib.h>

#include "murmur/data/cache/unpacked_cache.h"

namespace murmur::data {
namespace {

constexpr std::size_t kFirstRoom = std::size_t{1} << 16U;
constexpr std::size_t kGzipRatio = 1032;            // the largest ratio of deflate
constexpr std::uint64_t kXzMemory = 1'000'000'000;  // bytes; xz -9 needs 68 MB

bool starts_with(const Bytes& bytes, std::span<const std::uint8_t> magic) {
  return bytes.size() >= magic.size() && std::equal(magic.begin(), magic.end(), bytes.begin());
}

Failure damaged(const std::string& name, const std::string& what) {
  return {FailureKind::kDamaged, fmt::format("{}: {}", name, what)};
}

Failure too_large(const std::string& name, std::size_t limit) {
  return damaged(name, fmt::format("holds more than {} bytes, the most it may hold", limit));
}

// Grows `out` if its `used` bytes fill it, to at least `first` bytes; false: that would exceed
// `limit`. One byte beyond the limit is allowed, so that a file of exactly that size reaches its
// end.
bool make_room(Bytes& out, std::size_t used, std::size_t limit, std::size_t first = kFirstRoom) {
  if (used < out.size()) {
    return true;
  }
  if (used > limit) {
    return false;
  }
  out.resize(std::min(std::max(first, used * 2), limit + 1));
  return true;
}

struct InflateEnd {
  void operator()(z_stream* stream) const { inflateEnd(stream); }
};

// Passes the input in portions, because zlib counts it in 32 bits.
void feed(z_stream& stream, const Bytes& packed, std::size_t& fed) {
  if (stream.avail_in == 0 && fed < packed.size()) {
    const std::size_t portion = std::min(packed.size() - fed, std::size_t{1} << 30U);
    stream.next_in = const_cast<Bytef*>(packed.data() + fed);  // zlib does not write to it
    stream.avail_in = static_cast<uInt>(portion);
    fed += portion;
  }
}

// Initial size of the output. The last four bytes give the size of the last member, which is the
// only one in most files: then the output is never moved. One more byte, as in make_room().
std::size_t first_room_of_gzip(const Bytes& packed) {
  std::size_t size = 0;
  for (std::size_t i = 1; i <= std::min<std::size_t>(4, packed.size()); ++i) {
    size = (size << 8U) | packed[packed.size() - i];
  }
  return std::max(kFirstRoom, std::min(size + 1, kGzipRatio * packed.size()));
}

Result<Bytes> unpack_gzip(const Bytes& packed, const std::string& name, std::size_t limit) {
  z_stream stream{};
  constexpr int kGzipOnly = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kGzipOnly) != Z_OK) {
    return Failure{FailureKind::kIo, name + ": zlib cannot start"};
  }
  const std::unique_ptr<z_stream, InflateEnd> guard(&stream);
  const std::size_t first = first_room_of_gzip(packed);
  Bytes out;
  std::size_t used = 0;
  std::size_t fed = 0;
  while (true) {
    feed(stream, packed, fed);
    if (!make_room(out, used, limit, first)) {
      return too_large(name, limit);
    }
    const std::size_t room = std::min(out.size() - used, std::size_t{1} << 30U);
    stream.next_out = out.data() + used;
    stream.avail_out = static_cast<uInt>(room);
    const int code = inflate(&stream, Z_NO_FLUSH);
    used += room - stream.avail_out;
    if (code == Z_STREAM_END) {
      if (stream.avail_in == 0 && fed == packed.size()) {
        break;
      }
      inflateReset(&stream);  // another member follows
    } else if (code == Z_BUF_ERROR && stream.avail_in == 0 && fed == packed.size()) {
      return damaged(name, fmt::format("truncated: gzip data end after {} unpacked bytes", used));
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      return damaged(name,
                     fmt::format("damaged gzip data after {} unpacked bytes: {}",
                                 used,
                                 stream.msg == nullptr ? "unknown" : stream.msg));
    }
  }
  if (used > limit) {
    return too_large(name, limit);
  }
  out.resize(used);
  return out;
}

struct LzmaEnd {
  void operator()(lzma_stream* stream) const { lzma_end(stream); }
};

std::string xz_problem(lzma_ret code, std::size_t used) {
  switch (code) {
    case LZMA_BUF_ERROR:
      return fmt::format("truncated: xz data end after {} unpacked bytes", used);
    case LZMA_MEMLIMIT_ERROR:
      return fmt::format("unpacking needs more than {} MB of memory", kXzMemory / 1'000'000);
    default:
      return fmt::format("damaged xz data after {} unpacked bytes (liblzma's code {})",
                         used,
                         static_cast<int>(code));
  }
}

Result<Bytes> unpack_xz(const Bytes& packed, const std::string& name, std::size_t limit) {
  lzma_stream stream = LZMA_STREAM_INIT;
  if (lzma_stream_decoder(&stream, kXzMemory, LZMA_CONCATENATED) != LZMA_OK) {
    return Failure{FailureKind::kIo, name + ": liblzma cannot start"};
  }
  const std::unique_ptr<lzma_stream, LzmaEnd> guard(&stream);
  stream.next_in = packed.data();
  stream.avail_in = packed.size();
  Bytes out;
  std::size_t used = 0;
  lzma_ret code = LZMA_OK;
  while (code == LZMA_OK) {
    if (!make_room(out, used, limit)) {
      return too_large(name, limit);
    }
    stream.next_out = out.data() + used;
    stream.avail_out = out.size() - used;
    code = lzma_code(&stream, LZMA_FINISH);
    used = out.size() - stream.avail_out;
  }
  if (code != LZMA_STREAM_END) {
    return damaged(name, xz_problem(code, used));
  }
  if (used > limit) {
    return too_large(name, limit);
  }
  out.resize(used);
  return out;
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

constexpr std::array<std::uint8_t, 2> kGzip{0x1f, 0x8b};
constexpr std::array<std::uint8_t, 6> kXz{0xfd, '7', 'z', 'X', 'Z', 0};

}  // namespace

Result<Bytes> unpack(Bytes packed, const std::string& name, std::size_t limit) {
  if (starts_with(packed, kGzip)) {
    return unpack_gzip(packed, name, limit);
  }
  if (starts_with(packed, kXz)) {
    return unpack_xz(packed, name, limit);
  }
  if (packed.size() > limit) {
    return too_large(name, limit);
  }
  return packed;
}

Result<Bytes> read_bytes(const std::filesystem::path& path,
                         const std::filesystem::path& cache,
                         std::size_t limit) {
  const std::string name = path.string();
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(name.c_str(), "rb"));
  if (file == nullptr) {
    const int reason = errno;
    const auto kind = reason == ENOENT ? FailureKind::kMissing : FailureKind::kIo;
    return Failure{
        kind,
        fmt::format("{}: cannot be opened: {}", name, std::generic_category().message(reason))};
  }
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) {
    return Failure{FailureKind::kIo, fmt::format("{}: {}", name, error.message())};
  }
  if (size > kMaxFileBytes) {
    return too_large(name, kMaxFileBytes);
  }
  Bytes packed(static_cast<std::size_t>(size));
  const std::size_t got = std::fread(packed.data(), 1, packed.size(), file.get());
  if (got != packed.size()) {
    return Failure{FailureKind::kIo,
                   fmt::format("{}: {} of {} bytes could be read", name, got, packed.size())};
  }
  if (cache.empty() || !(starts_with(packed, kGzip) || starts_with(packed, kXz))) {
    return unpack(std::move(packed), name, limit);
  }
  const std::filesystem::path entry = cache_entry(cache, packed);
  if (auto kept = read_cache_entry(entry, limit)) {
    return std::move(*kept);
  }
  Result<Bytes> unpacked = unpack(std::move(packed), name, limit);
  if (unpacked) {
    write_cache_entry(entry, unpacked.value());
  }
  return unpacked;
}

}  // namespace murmur::data
