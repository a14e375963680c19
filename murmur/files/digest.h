// SPDX-License-Identifier: Apache-2.0
// Digests: 64-bit XXH3, written as 16 hexadecimal digits. They distinguish states and detect
// damaged files; they are not cryptographic and do not protect against tampering.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"

namespace murmur::files {

// An incremental digest.
class Digest {
 public:
  Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void add(std::span<const std::byte> bytes);
  std::uint64_t value() const;  // of all bytes added so far

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::uint64_t digest_of(std::span<const std::byte> bytes);
std::uint64_t digest_of(std::string_view text);
Result<std::uint64_t> digest_of_file(const std::filesystem::path& path);

std::string to_hex(std::uint64_t digest);
std::optional<std::uint64_t> from_hex(std::string_view text);  // exactly 16 digits

// Digest of one worker's parameters: the tensors of the layout in order, little-endian, without
// padding.
template <class S>
std::uint64_t digest_of_row(const Layout& layout, const S* row);
// Digest of all models: the digest of the workers' digests (little-endian), in worker order.
std::uint64_t digest_of_rows(std::span<const std::uint64_t> row_digests);

extern template std::uint64_t digest_of_row(const Layout&, const float*);
extern template std::uint64_t digest_of_row(const Layout&, const double*);

}  // namespace murmur::files
