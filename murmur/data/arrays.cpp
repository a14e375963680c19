// SPDX-License-Identifier: Apache-2.0
// Arrays of one's own in one file (files/array_file.h): train_x, train_y, test_x, test_y, a row per
// example, and for partitions by group train_group (test_group), integers, N: who an example is of.
//
//   x   U8, N x H x W or N x C x H x W: images; F16, F32, F64, N x d or N x C x H x W: numbers
//   y   integers, N: classes from 0, their number one more than the largest of training;
//       F16, F32, F64, N or N x k: targets of a regression
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/number_arrays.h"
#include "murmur/data/registry.h"
#include "murmur/files/array_file.h"

namespace murmur::data {
namespace {

using files::ArrayFile;
using files::ArrayInfo;

constexpr std::int32_t kMostClasses = 1 << 24;

// One of the four arrays, with what messages need.
struct Array {
  std::string file;
  ArrayInfo info;
  Bytes bytes = {};

  std::int64_t rows() const { return info.shape.front(); }
  Failure wrong(const std::string& what) const {
    return {FailureKind::kDamaged, fmt::format("{}: {}: {}", file, info.name, what)};
  }
  std::string described() const {
    return fmt::format("{} of shape ({})", name_of(info.dtype), fmt::join(info.shape, ", "));
  }
};

Status check_inputs(const Array& x) {
  const std::size_t axes = x.info.shape.size();
  const bool fits = x.info.dtype == files::Dtype::kU8
                        ? axes == 3 || axes == 4
                        : is_float(x.info.dtype) && (axes == 2 || axes == 4);
  if (!fits) {
    return x.wrong(fmt::format(
        "it is {}; allowed are images, U8 of N x H x W or N x C x H x W, and numbers, F16, F32 or "
        "F64 of N x d or N x C x H x W",
        x.described()));
  }
  return Ok{};
}

Status check_targets(const Array& y) {
  const std::size_t axes = y.info.shape.size();
  const bool fits =
      is_integer(y.info.dtype) ? axes == 1 : is_float(y.info.dtype) && (axes == 1 || axes == 2);
  if (!fits) {
    return y.wrong(fmt::format(
        "it is {}; allowed are classes, integers of N, and targets, F16, F32 or F64 of N or N x k",
        y.described()));
  }
  return Ok{};
}

// Of train_x and train_y, or of test_x and test_y.
Status check_rows(const Array& x, const Array& y) {
  if (std::ranges::find(x.info.shape, 0) != x.info.shape.end() ||
      std::ranges::find(y.info.shape, 0) != y.info.shape.end()) {
    return x.wrong(
        fmt::format("it is {}, and y {}: there is no example", x.described(), y.described()));
  }
  if (x.rows() != y.rows()) {
    return y.wrong(fmt::format("it has {} rows, but {} has {}", y.rows(), x.info.name, x.rows()));
  }
  if (x.rows() > std::numeric_limits<std::int32_t>::max()) {
    return x.wrong(fmt::format("it has {} rows; allowed are 2147483647", x.rows()));
  }
  return Ok{};
}

// Training and test arrays have rows of the same shape and kind.
Status check_alike(const Array& training, const Array& test) {
  const auto row = [](const Array& array) { return std::span(array.info.shape).subspan(1); };
  const bool same_kind = is_float(training.info.dtype) == is_float(test.info.dtype);
  if (!same_kind || !std::ranges::equal(row(training), row(test))) {
    return test.wrong(fmt::format(
        "it is {}, but {} is {}", test.described(), training.info.name, training.described()));
  }
  return Ok{};
}

Result<Column> inputs_of(Array x) {
  Column column{.name = std::string(kInputs), .dtype = x.info.dtype, .shape = {}, .bytes = {}};
  column.shape.assign(x.info.shape.begin() + 1, x.info.shape.end());
  if (column.dtype != files::Dtype::kU8) {
    return number_column(std::move(column), std::move(x.bytes), x.file, x.info.name);
  }
  if (column.shape.size() == 2) {
    column.shape.insert(column.shape.begin(), 1);  // one channel
  }
  column.bytes = std::move(x.bytes);
  return column;
}

// Labels; `classes`: the number of classes, or 0 to find it.
Result<Column> labels_of(const Array& y, int& classes) {
  std::vector<std::int32_t> labels;
  const std::int64_t limit = classes == 0 ? kMostClasses : classes;
  std::int64_t row = 0;
  std::int64_t largest = 0;
  const auto bad = for_each_integer(y.info.dtype, y.bytes, [&](const auto& value) {
    const bool fits = std::cmp_greater_equal(value, 0) && std::cmp_less(value, limit);
    if (fits) {
      labels.push_back(static_cast<std::int32_t>(value));
      largest = std::max<std::int64_t>(largest, labels.back());
      ++row;
    }
    return fits;
  });
  if (bad) {
    return y.wrong(fmt::format("row {} holds {}; allowed are classes from 0 to {}{}",
                               row,
                               *bad,
                               limit - 1,
                               classes == 0 ? "" : ", the largest of the training examples"));
  }
  classes = classes == 0 ? static_cast<int>(largest) + 1 : classes;
  return label_column(labels, classes);
}

Result<Column> targets_of(Array y) {
  Column column{.name = std::string(kTargets), .dtype = y.info.dtype, .shape = {}, .bytes = {}};
  column.shape.assign(y.info.shape.begin() + 1, y.info.shape.end());
  return number_column(std::move(column), std::move(y.bytes), y.file, y.info.name);
}

using FourArrays = std::array<Array, 4>;  // train_x, train_y, test_x, test_y

Result<FourArrays> find_arrays(const ArrayFile& file, const std::string& path) {
  constexpr std::array kNames{"train_x", "train_y", "test_x", "test_y"};
  FourArrays arrays;
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    Result<ArrayInfo> info = file.find(kNames[i]);
    if (!info) {
      return info.failure();
    }
    arrays[i] = {.file = path, .info = std::move(info).value()};
    if (const Status fits = i % 2 == 0 ? check_inputs(arrays[i]) : check_targets(arrays[i]);
        !fits) {
      return fits.failure();
    }
  }
  for (const Status& fits : {check_rows(arrays[0], arrays[1]),
                             check_rows(arrays[2], arrays[3]),
                             check_alike(arrays[0], arrays[2]),
                             check_alike(arrays[1], arrays[3])}) {
    if (!fits) {
      return fits.failure();
    }
  }
  return arrays;
}

Status read_numbers(const ArrayFile& file, FourArrays& arrays, const ForEach& for_each) {
  std::array<std::optional<Failure>, 4> failures;
  for_each(arrays.size(), [&](std::size_t i) {
    arrays[i].bytes.resize(arrays[i].info.bytes);
    const Status read =
        file.read(arrays[i].info, std::as_writable_bytes(std::span(arrays[i].bytes)));
    if (!read) {
      failures[i] = read.failure();
    }
  });
  for (const auto& failure : failures) {
    if (failure) {
      return *failure;
    }
  }
  return Ok{};
}

// The array of groups, if there is one.
Status add_groups(const ArrayFile& file,
                  const std::string& path,
                  const std::string& name,
                  Examples& examples) {
  const std::vector<std::string> names = file.names();
  if (std::ranges::find(names, name) == names.end()) {
    return Ok{};
  }
  Result<ArrayInfo> info = file.find(name);
  if (!info) {
    return info.failure();
  }
  Array groups{.file = path, .info = std::move(info).value()};
  if (groups.info.shape.size() != 1 || !is_integer(groups.info.dtype) ||
      groups.rows() != examples.count()) {
    return groups.wrong(
        fmt::format("it is {}; wanted are integers of ({})", groups.described(), examples.count()));
  }
  groups.bytes.resize(groups.info.bytes);
  if (const Status read = file.read(groups.info, std::as_writable_bytes(std::span(groups.bytes)));
      !read) {
    return read;
  }
  std::vector<std::int32_t> numbers;
  const auto bad = for_each_integer(groups.info.dtype, groups.bytes, [&](const auto& value) {
    numbers.push_back(static_cast<std::int32_t>(value));
    return std::in_range<std::int32_t>(value);
  });
  if (bad) {
    return groups.wrong(fmt::format("{} is not an integer of 32 bits", *bad));
  }
  examples.columns.push_back(grouping_column("group", numbers));
  return Ok{};
}

Result<Dataset> read_arrays(const DatasetInfo& info,
                            const DatasetFiles& files,
                            const ForEach& for_each) {
  const std::string path = files.paths.front().string();
  const auto file = open_arrays(files.paths.front(), files.cache);
  if (!file) {
    return file.failure();
  }
  Result<FourArrays> arrays = find_arrays(*file.value(), path);
  if (!arrays) {
    return arrays.failure();
  }
  if (const Status read = read_numbers(*file.value(), arrays.value(), for_each); !read) {
    return read.failure();
  }
  Dataset dataset;
  dataset.name = info.name;
  dataset.folder = files.folder;
  dataset.task = is_float(arrays.value()[1].info.dtype) ? Task::kRegression : Task::kClassification;
  for (std::size_t i = 0; i < arrays.value().size(); ++i) {
    Array& array = arrays.value()[i];
    Result<Column> column = i % 2 == 0                          ? inputs_of(std::move(array))
                            : dataset.task == Task::kRegression ? targets_of(std::move(array))
                                                                : labels_of(array, dataset.classes);
    if (!column) {
      return column.failure();
    }
    (i < 2 ? dataset.training : dataset.test).columns.push_back(std::move(column).value());
  }
  for (const auto& [name, examples] :
       {std::pair{"train_group", &dataset.training}, std::pair{"test_group", &dataset.test}}) {
    if (const Status added = add_groups(*file.value(), path, name, *examples); !added) {
      return added.failure();
    }
  }
  if (dataset.training.are_images()) {
    measure_normalisation(dataset);
  }
  dataset.digest = digest_of(dataset);
  return dataset;
}

}  // namespace

DatasetInfo arrays() {
  return {
      .name = "arrays",
      .summary =
          "arrays of your own in one .safetensors or .npz file: images or numbers, with "
          "classes or with targets (a regression)",
      .licence = "your own",
      .how_to_get =
          "Name the file with data.file; it holds train_x, train_y, test_x and test_y, a "
          "row per example (numpy.savez, or safetensors.numpy.save_file)",
      .files = {},
      .subfolders = {},
      .system_places = {},
      .class_names = {},
      .mean = {},
      .deviation = {},
      .options = {{.name = "file",
                   .help = "a .safetensors or .npz file",
                   .fallback = std::string(),
                   .required = true}},
      .read = read_arrays,
  };
}

}  // namespace murmur::data
