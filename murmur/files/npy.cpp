// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/npy.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/files/safetensors.h"

namespace murmur::files {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostHeader = 65536;

Failure damaged(std::string what) {
  return {FailureKind::kDamaged, std::move(what)};
}

std::size_t prefix_bytes(std::byte major) {
  return major == std::byte{1} ? 10 : 12;
}

// The literal of a Python dictionary with the three keys, token by token.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<NpyHeader> parse() {
    bool has_descr = false;
    bool has_order = false;
    bool has_shape = false;
    if (!take('{')) {
      return no_header();
    }
    while (!take('}')) {
      const auto key = quoted();
      if (!key || !take(':')) {
        return no_header();
      }
      bool* const seen = *key == "descr"           ? &has_descr
                         : *key == "fortran_order" ? &has_order
                         : *key == "shape"         ? &has_shape
                                                   : nullptr;
      if (seen == nullptr || std::exchange(*seen, true)) {
        return no_header();
      }
      const Status value = seen == &has_descr   ? read_descr()
                           : seen == &has_order ? read_order()
                                                : read_shape();
      if (!value) {
        return value.failure();
      }
      if (!take(',') && !peek('}')) {
        return no_header();
      }
    }
    skip_space();
    if (!has_descr || !has_order || !has_shape || place_ != text_.size()) {
      return no_header();
    }
    return header_;
  }

 private:
  static Failure no_header() { return damaged("its header is no NumPy header"); }

  void skip_space() {
    while (place_ < text_.size() && std::strchr(" \t\n", text_[place_]) != nullptr) {
      ++place_;
    }
  }
  bool peek(char c) {
    skip_space();
    return place_ < text_.size() && text_[place_] == c;
  }
  bool take(char c) {
    const bool is_there = peek(c);
    place_ += is_there ? 1 : 0;
    return is_there;
  }
  bool take(std::string_view word) {
    skip_space();
    const bool is_there = text_.substr(place_).starts_with(word);
    place_ += is_there ? word.size() : 0;
    return is_there;
  }
  std::optional<std::string_view> quoted() {
    for (const char quote : {'\'', '"'}) {
      if (take(quote)) {
        const std::size_t end = text_.find(quote, place_);
        if (end == std::string_view::npos) {
          return std::nullopt;
        }
        const std::string_view inside = text_.substr(place_, end - place_);
        place_ = end + 1;
        return inside;
      }
    }
    return std::nullopt;
  }

  Status read_descr() {
    if (peek('[')) {
      return damaged("it has several fields in a row; save plain numbers");
    }
    const auto descr = quoted();
    if (!descr || descr->size() < 2 || descr->size() > 16) {
      return no_header();
    }
    const char order = descr->front();
    const std::string_view type = descr->substr(1);
    if (type.front() == 'O') {
      return damaged("it holds pickled Python objects, which are not read; save plain numbers");
    }
    struct Row {
      std::string_view type;
      Dtype dtype;
    };
    static constexpr std::array<Row, 12> kTypes{{{"b1", Dtype::kBool},
                                                 {"i1", Dtype::kI8},
                                                 {"i2", Dtype::kI16},
                                                 {"i4", Dtype::kI32},
                                                 {"i8", Dtype::kI64},
                                                 {"u1", Dtype::kU8},
                                                 {"u2", Dtype::kU16},
                                                 {"u4", Dtype::kU32},
                                                 {"u8", Dtype::kU64},
                                                 {"f2", Dtype::kF16},
                                                 {"f4", Dtype::kF32},
                                                 {"f8", Dtype::kF64}}};
    const auto* const row =
        std::find_if(kTypes.begin(), kTypes.end(), [&](const Row& r) { return r.type == type; });
    const bool is_byte = row != kTypes.end() && bytes_of(row->dtype) == 1;
    if (row == kTypes.end() || std::strchr("<=|", order) == nullptr || (order == '|' && !is_byte)) {
      return damaged(fmt::format(
          "its numbers are of type '{}'; allowed are little-endian floats and integers", *descr));
    }
    header_.dtype = row->dtype;
    return Ok{};
  }

  Status read_order() {
    header_.fortran_order = take(std::string_view("True"));
    return header_.fortran_order || take(std::string_view("False")) ? Status(Ok{}) : no_header();
  }

  Status read_shape() {
    if (!take('(')) {
      return no_header();
    }
    while (!take(')')) {
      const auto extent = integer();
      if (!extent || header_.shape.size() == kMostDimensions) {
        return no_header();
      }
      header_.shape.push_back(*extent);
      take('L');  // as Python 2 wrote it
      if (!take(',') && !peek(')')) {
        return no_header();
      }
    }
    return Ok{};
  }
  std::optional<std::int64_t> integer() {
    skip_space();
    std::int64_t value = 0;
    const std::size_t begin = place_;
    for (; place_ < text_.size() && text_[place_] >= '0' && text_[place_] <= '9'; ++place_) {
      if (__builtin_mul_overflow(value, 10, &value) ||
          __builtin_add_overflow(value, text_[place_] - '0', &value)) {
        return std::nullopt;
      }
    }
    return place_ > begin ? std::optional(value) : std::nullopt;
  }

  std::string_view text_;
  std::size_t place_ = 0;
  NpyHeader header_;
};

}  // namespace

Result<std::size_t> npy_header_bytes(std::span<const std::byte> prefix) {
  MURMUR_CHECK(prefix.size() >= kNpyPrefixBytes, "{} bytes", prefix.size());
  const std::string_view begin(reinterpret_cast<const char*>(prefix.data()), kMagic.size());
  const std::byte major = prefix[6];
  if (begin != kMagic || major < std::byte{1} || major > std::byte{3}) {
    return damaged("it does not begin as a NumPy array");
  }
  std::size_t text = 0;
  for (std::size_t i = prefix_bytes(major); i-- > 8;) {
    text = (text << 8U) | std::to_integer<std::size_t>(prefix[i]);
  }
  const std::size_t all = prefix_bytes(major) + text;
  if (text > kMostHeader || all < kNpyPrefixBytes) {
    return damaged(
        fmt::format("its header would have {} bytes; allowed are {}", text, kMostHeader));
  }
  return all;
}

std::string_view npy_text(std::span<const std::byte> header) {
  const auto rest = header.subspan(prefix_bytes(header[6]));
  return {reinterpret_cast<const char*>(rest.data()), rest.size()};
}

Result<NpyHeader> parse_npy_header(std::string_view text) {
  return Parser(text).parse();
}

}  // namespace murmur::files
