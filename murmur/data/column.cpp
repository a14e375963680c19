// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/column.h"

#include <algorithm>
#include <utility>

namespace murmur::data {

std::int64_t Column::row_size() const {
  std::int64_t size = 1;
  for (const std::int64_t extent : shape) {
    size *= extent;
  }
  return size;
}

std::int64_t Column::rows() const {
  const std::int64_t row_bytes = row_size() * static_cast<std::int64_t>(files::bytes_of(dtype));
  return row_bytes == 0 ? 0 : static_cast<std::int64_t>(bytes.size()) / row_bytes;
}

std::int64_t Examples::count() const {
  return columns.empty() ? 0 : columns.front().rows();
}

std::int64_t Examples::bytes() const {
  std::int64_t bytes = 0;
  for (const Column& column : columns) {
    bytes += static_cast<std::int64_t>(column.bytes.size());
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
  return y != nullptr && (y->dtype == files::Dtype::kU8 || y->dtype == files::Dtype::kI32);
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
