// SPDX-License-Identifier: Apache-2.0
// The header is parsed by a handler of JSON events that knows only the three levels of the format.
// Deeper nesting, duplicate names and other types stop the parser immediately, so a malicious
// header costs no more memory than its own length.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/files/safetensors.h"

namespace murmur::files {
namespace {

Failure damaged(std::string message) {
  return {FailureKind::kDamaged, std::move(message)};
}

// Text from a file, truncated and without control characters, for error messages.
std::string shown(std::string_view text) {
  constexpr std::size_t kMost = 100;
  std::string safe(text.substr(0, kMost));
  std::replace_if(
      safe.begin(), safe.end(), [](char c) { return c >= 0 && (c < ' ' || c == 0x7f); }, '?');
  return text.size() > kMost ? safe + "..." : safe;
}

// Handler of nlohmann's SAX events. Every function returns whether to continue parsing.
class HeaderEvents {
 public:
  using Json = nlohmann::json;

  SafetensorsHeader header;
  std::string problem;

  bool null() { return refuse("null"); }
  bool boolean(bool /*value*/) { return refuse("a boolean"); }
  bool number_integer(Json::number_integer_t /*value*/) { return refuse("a negative number"); }
  bool number_float(Json::number_float_t /*value*/, const std::string& /*text*/) {
    return refuse("a number that is no integer");
  }
  bool binary(Json::binary_t& /*value*/) { return refuse("binary data"); }

  bool number_unsigned(Json::number_unsigned_t value) {
    if (place_ == Place::kShape) {
      if (value > std::numeric_limits<std::int64_t>::max()) {
        return wrong("has too large a dimension");
      }
      tensor_.shape.push_back(static_cast<std::int64_t>(value));
      return tensor_.shape.size() <= kMostDimensions || wrong("has too many dimensions");
    }
    if (place_ == Place::kOffsets) {
      (offsets_ == 0 ? tensor_.begin : tensor_.end) = value;
      return ++offsets_ <= 2 || wrong("has more than two data_offsets");
    }
    return refuse("a number");
  }

  bool string(std::string& value) {
    if (place_ == Place::kMetadata) {
      if (!header.metadata.emplace(key_, value).second) {
        return stop(fmt::format("metadata '{}' is there twice", shown(key_)));
      }
      return true;
    }
    if (place_ == Place::kTensor && key_ == "dtype") {
      const std::optional<Dtype> dtype = dtype_named(value);
      if (!dtype) {
        return wrong(fmt::format("has the unknown dtype '{}'", shown(value)));
      }
      tensor_.dtype = *dtype;
      return true;
    }
    return refuse("a text");
  }

  bool start_object(std::size_t /*size*/) {
    if (place_ == Place::kOutside) {
      place_ = Place::kTop;
      return true;
    }
    if (place_ != Place::kTop) {
      return refuse("an object");
    }
    place_ = key_ == "__metadata__" ? Place::kMetadata : Place::kTensor;
    if (!names_.insert(key_).second) {
      return stop(fmt::format("'{}' is there twice", shown(key_)));
    }
    tensor_ = TensorInfo{.name = key_};
    offsets_ = 0;
    members_.clear();
    return true;
  }

  bool key(std::string& value) {
    key_ = value;
    if (place_ != Place::kTensor) {
      return true;
    }
    if (key_ != "dtype" && key_ != "shape" && key_ != "data_offsets") {
      return wrong(fmt::format("has an unknown member '{}'", shown(key_)));
    }
    return members_.insert(key_).second || wrong(fmt::format("has two members '{}'", key_));
  }

  bool end_object() {
    if (place_ == Place::kTop) {
      place_ = Place::kOutside;
      return true;
    }
    if (place_ == Place::kTensor) {
      if (members_.size() != 3 || offsets_ != 2) {
        return wrong("needs a dtype, a shape and two data_offsets");
      }
      header.tensors.push_back(tensor_);
    }
    place_ = Place::kTop;
    return true;
  }

  bool start_array(std::size_t /*size*/) {
    if (place_ == Place::kTensor && key_ != "dtype") {
      place_ = key_ == "shape" ? Place::kShape : Place::kOffsets;
      return true;
    }
    return refuse("a list");
  }

  bool end_array() {
    place_ = Place::kTensor;
    return true;
  }

  bool parse_error(std::size_t position,
                   const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) {
    return stop(fmt::format("its header is no valid JSON at byte {}", position));
  }

 private:
  enum class Place { kOutside, kTop, kMetadata, kTensor, kShape, kOffsets };

  bool stop(std::string message) {
    problem = std::move(message);
    return false;
  }
  bool wrong(const std::string& what) {
    return stop(fmt::format("tensor '{}' {}", shown(tensor_.name), what));
  }
  bool refuse(const std::string& what) {
    return stop(fmt::format("its header holds {} where it may not, near '{}'", what, shown(key_)));
  }

  Place place_ = Place::kOutside;
  std::string key_;
  TensorInfo tensor_;
  std::size_t offsets_ = 0;
  std::set<std::string> members_;
  std::set<std::string> names_;
};

// Number of bytes that a tensor needs; none if it exceeds 64 bits.
std::optional<std::uint64_t> bytes_needed(const TensorInfo& tensor) {
  std::uint64_t bytes = bytes_of(tensor.dtype);
  bool fits = true;
  for (const std::int64_t extent : tensor.shape) {
    fits = fits && !__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(extent), &bytes);
  }
  // A tensor with a dimension of 0 is empty, however large the other dimensions are.
  const bool empty = std::find(tensor.shape.begin(), tensor.shape.end(), 0) != tensor.shape.end();
  return empty ? std::optional<std::uint64_t>(0) : (fits ? std::optional(bytes) : std::nullopt);
}

// Sorts the tensors by offset and checks that they cover the data without gaps or overlaps.
Status check_places(std::vector<TensorInfo>& tensors, std::uint64_t data_bytes) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  std::uint64_t reached = 0;
  for (const TensorInfo& tensor : tensors) {
    const std::string name = shown(tensor.name);
    if (tensor.end < tensor.begin || tensor.end > data_bytes) {
      return damaged(
          fmt::format("tensor '{}' lies at bytes {} to {}, outside of the {} bytes of data",
                      name,
                      tensor.begin,
                      tensor.end,
                      data_bytes));
    }
    const std::optional<std::uint64_t> needed = bytes_needed(tensor);
    if (needed != tensor.end - tensor.begin) {
      return damaged(fmt::format("tensor '{}' has {} bytes, not what its dtype {} and shape need",
                                 name,
                                 tensor.end - tensor.begin,
                                 name_of(tensor.dtype)));
    }
    if (tensor.begin != reached) {
      return damaged(tensor.begin < reached
                         ? fmt::format("tensor '{}' overlaps another", name)
                         : fmt::format("there is a hole in front of tensor '{}'", name));
    }
    reached = tensor.end;
  }
  if (reached != data_bytes) {
    return damaged(fmt::format("{} bytes at its end belong to no tensor", data_bytes - reached));
  }
  return Ok{};
}

}  // namespace

Result<SafetensorsHeader> parse_header(std::string_view json, std::uint64_t data_bytes) {
  if (json.empty() || json.front() != '{') {
    return damaged("its header does not begin with '{'");
  }
  HeaderEvents events;
  if (!nlohmann::json::sax_parse(json, &events)) {
    return damaged(events.problem);
  }
  if (Status fits = check_places(events.header.tensors, data_bytes); !fits) {
    return fits.failure();
  }
  return std::move(events.header);
}

}  // namespace murmur::files
