// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/column.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace murmur::data {
namespace {

template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  const auto* const begin = reinterpret_cast<const std::uint8_t*>(values.data());
  return Bytes(begin, begin + values.size() * sizeof(T));
}

}  // namespace

std::int64_t Column::end_of(std::int64_t index) const {
  std::int64_t end = 0;
  const auto place = static_cast<std::size_t>(index) * sizeof(end);
  MURMUR_CHECK(ragged && index >= 0 && place < ends.size(), "row {} of '{}'", index, name);
  std::memcpy(&end, ends.data() + place, sizeof(end));
  return end;
}

std::int64_t Column::row_size() const {
  if (ragged) {
    std::int64_t longest = 0;
    std::int64_t begin = 0;
    for (std::int64_t i = 0; i < rows(); ++i) {
      longest = std::max(longest, end_of(i) - begin);
      begin = end_of(i);
    }
    return longest;
  }
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    size *= extent;
  }
  return size;
}

std::int64_t Column::rows() const {
  if (ragged) {
    return static_cast<std::int64_t>(ends.size() / sizeof(std::int64_t));
  }
  const std::int64_t row_bytes = row_size() * static_cast<std::int64_t>(files::bytes_of(dtype));
  return row_bytes == 0 ? 0 : static_cast<std::int64_t>(bytes.size()) / row_bytes;
}

void RaggedRows::add(std::span<const std::int32_t> row) {
  values_.insert(values_.end(), row.begin(), row.end());
  ends_.push_back(static_cast<std::int64_t>(values_.size()));
}

Column RaggedRows::column(std::string name) && {
  return {.name = std::move(name),
          .dtype = files::Dtype::kI32,
          .shape = {},
          .bytes = bytes_of(values_),
          .ragged = true,
          .ends = bytes_of(ends_)};
}

std::int64_t Examples::count() const {
  return columns.empty() ? 0 : columns.front().rows();
}

std::int64_t Examples::bytes() const {
  std::int64_t bytes = 0;
  for (const Column& column : columns) {
    bytes += static_cast<std::int64_t>(column.bytes.size() + column.ends.size());
  }
  return bytes;
}

const Column* Examples::find(std::string_view name) const {
  const auto found = std::find_if(
      columns.begin(), columns.end(), [&](const Column& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

const Column& Examples::column(std::string_view name) const {
  const Column* found = find(name);
  MURMUR_CHECK(found != nullptr, "no column '{}'", name);
  return *found;
}

ImageShape Examples::shape() const {
  if (image_files) {
    return image_files->shape;
  }
  const Column& x = column(kInputs);
  return x.shape.size() == 3 ? ImageShape{x.shape[0], x.shape[1], x.shape[2]}
                             : ImageShape{1, 1, x.row_size()};
}

bool Examples::are_images() const {
  const Column* x = find(kInputs);
  return image_files || (x != nullptr && x->dtype == files::Dtype::kU8 && x->shape.size() == 3);
}

bool Examples::are_labelled() const {
  const Column* y = find(kTargets);
  return y != nullptr && !y->ragged &&
         (y->dtype == files::Dtype::kU8 || y->dtype == files::Dtype::kI32);
}

std::vector<std::int32_t> Examples::labels() const {
  const Column& y = column(kTargets);
  if (y.dtype == files::Dtype::kU8) {
    return {y.bytes.begin(), y.bytes.end()};
  }
  const auto values = y.values<std::int32_t>();
  return {values.begin(), values.end()};
}

Examples labelled_images(const ImageShape& shape, HeldBytes pixels, HeldBytes labels) {
  Examples examples;
  examples.columns.push_back({.name = std::string(kInputs),
                              .dtype = files::Dtype::kU8,
                              .shape = {shape.begin(), shape.end()},
                              .bytes = std::move(pixels)});
  examples.columns.push_back({.name = std::string(kTargets),
                              .dtype = files::Dtype::kU8,
                              .shape = {},
                              .bytes = std::move(labels)});
  return examples;
}

}  // namespace murmur::data
