// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/digest.h"

#include <bit>
#include <charconv>
#include <new>
#include <vector>

#include <fmt/format.h>
#include <xxhash.h>

#include "murmur/files/descriptor.h"

namespace murmur::files {

static_assert(std::endian::native == std::endian::little,
              "digests and safetensors are defined over little-endian numbers");

struct Digest::State {
  struct Free {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  std::unique_ptr<XXH3_state_t, Free> hash{XXH3_createState()};
};

Digest::Digest() : state_(std::make_unique<State>()) {
  if (state_->hash == nullptr) {
    throw std::bad_alloc();
  }
  XXH3_64bits_reset(state_->hash.get());
}
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(std::span<const std::byte> bytes) {
  if (!bytes.empty()) {
    XXH3_64bits_update(state_->hash.get(), bytes.data(), bytes.size());
  }
}

std::uint64_t Digest::value() const {
  return XXH3_64bits_digest(state_->hash.get());
}

std::uint64_t digest_of(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t digest_of(std::string_view text) {
  return XXH3_64bits(text.data(), text.size());
}

Result<std::uint64_t> digest_of_file(const std::filesystem::path& path) {
  Result<Descriptor> file = open_to_read(path);
  if (!file) {
    return file.failure();
  }
  Digest digest;
  std::vector<std::byte> chunk(std::size_t{1} << 20);
  for (std::uint64_t offset = 0;;) {
    const Result<std::size_t> count = read_at(file.value(), path, offset, chunk);
    if (!count) {
      return count.failure();
    }
    digest.add({chunk.data(), count.value()});
    offset += count.value();
    if (count.value() < chunk.size()) {
      return digest.value();
    }
  }
}

std::string to_hex(std::uint64_t digest) {
  return fmt::format("{:016x}", digest);
}

std::optional<std::uint64_t> from_hex(std::string_view text) {
  std::uint64_t digest = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), digest, 16);
  if (text.size() != 16 || read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return std::nullopt;
  }
  return digest;
}

template <class S>
std::uint64_t digest_of_row(const Layout& layout, const S* row) {
  Digest digest;
  for (const TensorSlot& tensor : layout.tensors()) {
    digest.add(std::as_bytes(std::span(row + tensor.offset, tensor.size)));
  }
  return digest.value();
}

std::uint64_t digest_of_rows(std::span<const std::uint64_t> row_digests) {
  return digest_of(std::as_bytes(row_digests));
}

template std::uint64_t digest_of_row(const Layout&, const float*);
template std::uint64_t digest_of_row(const Layout&, const double*);

}  // namespace murmur::files
