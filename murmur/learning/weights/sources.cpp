// SPDX-License-Identifier: Apache-2.0
// Where weights come from: a safetensors file, or rows in memory.
#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/data/number_arrays.h"
#include "murmur/files/safetensors.h"
#include "murmur/learning/weights/weights.h"

namespace murmur::learning {
namespace {

using files::Dtype;
using files::TensorInfo;

constexpr std::size_t kPiece = 1 << 16;  // numbers that are converted at a time

float from_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

template <class From, class S, class Convert>
void convert(std::span<const std::byte> bytes, std::span<S> out, const Convert& number_of) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    From value;
    std::memcpy(&value, bytes.data() + i * sizeof(From), sizeof(From));
    out[i] = static_cast<S>(number_of(value));
  }
}

class FileWeights : public WeightsSource {
 public:
  FileWeights(std::filesystem::path file, files::SafetensorsReader reader)
      : file_(std::move(file)), reader_(std::move(reader)) {}

  std::string place() const override { return file_.string(); }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const TensorInfo& tensor : reader_.tensors()) {
      names.push_back(tensor.name);
    }
    return names;
  }
  std::vector<std::int64_t> shape(const std::string& name) const override {
    return tensor(name).shape;
  }
  Status read(const std::string& name, std::span<float> out) const override {
    return read_all(tensor(name), out);
  }
  Status read(const std::string& name, std::span<double> out) const override {
    return read_all(tensor(name), out);
  }

 private:
  const TensorInfo& tensor(const std::string& name) const {
    const TensorInfo* found = reader_.find(name);
    MURMUR_CHECK(found != nullptr, "no tensor '{}'", name);
    return *found;
  }

  template <class S>
  Status read_all(const TensorInfo& tensor, std::span<S> out) const {
    const std::size_t width = files::bytes_of(tensor.dtype);
    std::vector<std::byte> bytes(std::min(out.size(), kPiece) * width);
    for (std::size_t first = 0; first < out.size(); first += kPiece) {
      const std::span<S> piece = out.subspan(first, std::min(kPiece, out.size() - first));
      const std::span<std::byte> raw = std::span(bytes).first(piece.size() * width);
      if (Status done = reader_.read_bytes(tensor, first * width, raw); !done) {
        return done;
      }
      if (!convert_piece(tensor.dtype, raw, piece)) {
        return Failure{FailureKind::kDamaged,
                       fmt::format("{}: the tensor '{}' is of type {}; F64, F32, F16 and BF16 are "
                                   "read",
                                   file_.string(),
                                   tensor.name,
                                   files::name_of(tensor.dtype))};
      }
    }
    return Ok{};
  }

  template <class S>
  static bool convert_piece(Dtype dtype, std::span<const std::byte> bytes, std::span<S> out) {
    const auto same = [](auto value) { return value; };
    switch (dtype) {
      case Dtype::kF32:
        convert<float>(bytes, out, same);
        return true;
      case Dtype::kF64:
        convert<double>(bytes, out, same);
        return true;
      case Dtype::kF16:
        convert<std::uint16_t>(bytes, out, data::from_half);
        return true;
      case Dtype::kBF16:
        convert<std::uint16_t>(bytes, out, from_bfloat16);
        return true;
      default:
        return false;
    }
  }

  std::filesystem::path file_;
  files::SafetensorsReader reader_;
};

template <class S>
class MemoryWeights : public WeightsSource {
 public:
  MemoryWeights(std::string place,
                const Layout& layout,
                std::vector<S> row,
                const Layout& buffers,
                std::vector<S> buffer_row)
      : place_(std::move(place)), rows_{std::move(row), std::move(buffer_row)} {
    add(layout, 0);
    add(buffers, 1);
  }

  std::string place() const override { return place_; }
  std::vector<std::string> names() const override {
    std::vector<std::string> names;
    for (const auto& [name, at] : places_) {
      names.push_back(name);
    }
    return names;
  }
  std::vector<std::int64_t> shape(const std::string& name) const override {
    return places_.at(name).slot.shape;
  }
  Status read(const std::string& name, std::span<float> out) const override {
    return copy(name, out);
  }
  Status read(const std::string& name, std::span<double> out) const override {
    return copy(name, out);
  }

 private:
  struct Place {
    std::size_t row = 0;
    TensorSlot slot;
  };

  void add(const Layout& layout, std::size_t row) {
    for (const TensorSlot& slot : layout.tensors()) {
      places_[slot.name] = {row, slot};
    }
  }

  template <class T>
  Status copy(const std::string& name, std::span<T> out) const {
    const Place& at = places_.at(name);
    const auto first = rows_[at.row].begin() + static_cast<std::ptrdiff_t>(at.slot.offset);
    std::transform(first, first + static_cast<std::ptrdiff_t>(out.size()), out.begin(), [](S v) {
      return static_cast<T>(v);
    });
    return Ok{};
  }

  std::string place_;
  std::vector<std::vector<S>> rows_;  // of the model, of its buffers
  std::map<std::string, Place> places_;
};

}  // namespace

Result<std::shared_ptr<const WeightsSource>> open_weights(const std::filesystem::path& file) {
  auto reader = files::SafetensorsReader::open(file);
  if (!reader) {
    return reader.failure();
  }
  return std::shared_ptr<const WeightsSource>(
      std::make_shared<const FileWeights>(file, std::move(reader).value()));
}

template <class S>
std::shared_ptr<const WeightsSource> weights_in_memory(std::string place,
                                                       const Layout& layout,
                                                       std::vector<S> row,
                                                       const Layout& buffers,
                                                       std::vector<S> buffer_row) {
  return std::make_shared<const MemoryWeights<S>>(
      std::move(place), layout, std::move(row), buffers, std::move(buffer_row));
}

template std::shared_ptr<const WeightsSource> weights_in_memory(
    std::string, const Layout&, std::vector<float>, const Layout&, std::vector<float>);
template std::shared_ptr<const WeightsSource> weights_in_memory(
    std::string, const Layout&, std::vector<double>, const Layout&, std::vector<double>);

}  // namespace murmur::learning
