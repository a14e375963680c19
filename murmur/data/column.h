// SPDX-License-Identifier: Apache-2.0
// Examples in memory as named columns: arrays of one type with a row of fixed shape per example, or
// with rows of different lengths (ragged).
//
//   x   inputs: U8, images as channels x rows x columns; F32, F64 of any shape; or ragged I32, the
//       numbers of tokens
//   y   what is learned: U8 or I32, class labels (one integer per row); F32, F64, targets; or
//   ragged
//       I32, the tokens of a translation of x; none: the tokens of x
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/image_shape.h"
#include "murmur/data/held_bytes.h"
#include "murmur/files/dtype.h"

namespace murmur::data {

struct Column {
  std::string name;
  files::Dtype dtype = files::Dtype::kU8;
  std::vector<std::int64_t> shape;  // of a row; empty: a single number
  HeldBytes bytes;                  // of all rows, row-major, aligned for the type
  bool ragged = false;              // the rows have lengths of their own, and no shape
  HeldBytes ends = {};              // of a ragged column: where each row ends, in numbers, as I64

  std::int64_t row_size() const;  // numbers in a row; of a ragged column: in the longest one
  std::int64_t rows() const;

  // All numbers. REQUIRES: T is the column's type.
  template <class T>
  std::span<const T> values() const {
    MURMUR_CHECK(dtype == files::dtype_of<T>(), "'{}' is {}", name, files::name_of(dtype));
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
  // The numbers of a row of a ragged column. REQUIRES: the column is one, of type T.
  template <class T>
  std::span<const T> row(std::int64_t index) const {
    const std::int64_t begin = index == 0 ? 0 : end_of(index - 1);
    return values<T>().subspan(static_cast<std::size_t>(begin),
                               static_cast<std::size_t>(end_of(index) - begin));
  }

 private:
  std::int64_t end_of(std::int64_t index) const;
};

// A ragged column from its rows, added one by one.
class RaggedRows {
 public:
  void add(std::span<const std::int32_t> row);
  std::int64_t count() const { return static_cast<std::int64_t>(ends_.size()); }
  Column column(std::string name) &&;

 private:
  std::vector<std::int32_t> values_;
  std::vector<std::int64_t> ends_;
};

inline constexpr std::string_view kInputs = "x";
inline constexpr std::string_view kTargets = "y";
// Of a batch of pairs: the rows of y behind <s>, without their last token.
inline constexpr std::string_view kDecoderInputs = "decoder_inputs";

// Images that are read when they are needed: column x holds the paths of their files below
// `folder`, each padded with zero bytes.
struct ImageFiles {
  std::string folder;
  ImageShape shape{};  // as a model gets them
};

// The training or the test examples: columns with equal numbers of rows.
struct Examples {
  std::vector<Column> columns;
  std::optional<ImageFiles> image_files = {};

  std::int64_t count() const;
  std::int64_t bytes() const;                       // of all columns
  const Column* find(std::string_view name) const;  // null if there is none
  // REQUIRES: there is a column of that name.
  const Column& column(std::string_view name) const;

  // The inputs of an example as a model gets them; d numbers are {1, 1, d}. REQUIRES: a column x.
  ImageShape shape() const;
  // Whether x holds images of bytes, or files of them.
  bool are_images() const;
  // Whether y holds class labels.
  bool are_labelled() const;
  // The labels of all examples. REQUIRES: are_labelled().
  std::vector<std::int32_t> labels() const;
};

// Images of bytes with labels of bytes: pixels by example, then channel, then row.
Examples labelled_images(const ImageShape& shape, HeldBytes pixels, HeldBytes labels);

}  // namespace murmur::data
