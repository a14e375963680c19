// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/check_dataset.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <xxhash.h>

#include "murmur/data/md5.h"

namespace murmur::data {
namespace {

Failure damaged(const DatasetFiles& files, const std::string& what) {
  return {FailureKind::kDamaged, fmt::format("{}: {}", files.folder.string(), what)};
}

// How often each byte occurs in each channel. Counts are exact, so statistics computed from them do
// not depend on an order of summation.
using Histogram = std::array<std::int64_t, 256>;

std::vector<Histogram> count_pixels(const Examples& examples) {
  const HeldBytes& pixels = examples.column(kInputs).bytes;
  const ImageShape shape = examples.shape();
  const auto channels = static_cast<std::size_t>(shape[0]);
  const auto plane = static_cast<std::size_t>(shape[1] * shape[2]);
  std::vector<Histogram> histograms(channels, Histogram{});
  for (std::size_t start = 0; start < pixels.size(); start += plane) {
    Histogram& histogram = histograms[start / plane % channels];
    for (std::size_t i = 0; i < plane; ++i) {
      ++histogram[pixels[start + i]];
    }
  }
  return histograms;
}

}  // namespace

void measure_normalisation(Dataset& dataset) {
  dataset.mean.clear();
  dataset.deviation.clear();
  for (const Histogram& histogram : count_pixels(dataset.training)) {
    double count = 0;
    double sum = 0;
    double squares = 0;
    for (std::size_t value = 0; value < histogram.size(); ++value) {
      const double share = static_cast<double>(value) / 255.0;
      const auto times = static_cast<double>(histogram[value]);
      count += times;
      sum += times * share;
      squares += times * share * share;
    }
    const double mean = sum / count;
    const double variance = std::max(0.0, squares / count - mean * mean);
    dataset.mean.push_back(mean);
    // A constant channel cannot be scaled to a deviation of one.
    dataset.deviation.push_back(variance > 1e-12 ? std::sqrt(variance) : 1.0);
  }
}

namespace {

int largest(const std::vector<std::int32_t>& labels) {
  return labels.empty() ? 0 : *std::max_element(labels.begin(), labels.end());
}

// Images with labels of bytes have one header for both columns; other columns have their own.
void digest_examples(XXH3_state_t* state, const Examples& examples) {
  const bool both_bytes =
      examples.are_images() && examples.column(kTargets).dtype == files::Dtype::kU8;
  std::string header =
      fmt::format("{} x {}\n", examples.count(), fmt::join(examples.shape(), " x "));
  for (const Column& column : examples.columns) {
    if (column.ragged) {
      header = fmt::format("{} {} {} ragged\n", column.name, name_of(column.dtype), column.rows());
      XXH3_64bits_update(state, column.ends.data(), column.ends.size());
    } else if (!both_bytes) {
      header = fmt::format("{} {} {} x {}\n",
                           column.name,
                           files::name_of(column.dtype),
                           column.rows(),
                           fmt::join(column.shape, " x "));
    }
    XXH3_64bits_update(state, header.data(), header.size());
    XXH3_64bits_update(state, column.bytes.data(), column.bytes.size());
    header.clear();
  }
}

}  // namespace

std::uint64_t digest_of(const Dataset& dataset) {
  XXH3_state_t* state = XXH3_createState();
  XXH3_64bits_reset(state);
  digest_examples(state, dataset.training);
  digest_examples(state, dataset.test);
  if (dataset.vocabulary != nullptr) {
    const std::string content = dataset.vocabulary->content();
    XXH3_64bits_update(state, content.data(), content.size());
  }
  if (dataset.validation.count() > 0) {
    digest_examples(state, dataset.validation);
  }
  const std::uint64_t value = XXH3_64bits_digest(state);
  XXH3_freeState(state);
  return value;
}

void serial_for_each(std::size_t count, const std::function<void(std::size_t)>& task) {
  for (std::size_t i = 0; i < count; ++i) {
    task(i);
  }
}

std::uint64_t xxh3(std::span<const std::uint8_t> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Result<std::vector<Bytes>> read_all(const DatasetFiles& files, const ForEach& for_each) {
  std::vector<Bytes> contents(files.paths.size());
  std::vector<std::optional<Failure>> failures(files.paths.size());
  for_each(files.paths.size(), [&](std::size_t i) {
    Result<Bytes> bytes = read_bytes(files.paths[i], files.cache);
    if (bytes) {
      contents[i] = std::move(bytes).value();
    } else {
      failures[i] = bytes.failure();
    }
  });
  for (const std::optional<Failure>& failure : failures) {
    if (failure) {
      return *failure;
    }
  }
  return contents;
}

Result<std::unique_ptr<files::ArrayFile>> open_arrays(const std::filesystem::path& path,
                                                      const std::filesystem::path& cache) {
  const std::string ending = path.extension().string();
  if (ending != ".gz" && ending != ".xz") {
    return files::open_array_file(path);
  }
  const Result<Bytes> unpacked = read_bytes(path, cache);
  if (!unpacked) {
    return unpacked.failure();
  }
  auto memory = files::file_in_memory(std::as_bytes(std::span(unpacked.value())));
  if (!memory) {
    return memory.failure();
  }
  std::filesystem::path name = path;
  return files::open_array_file(std::move(memory).value(), name.replace_extension());
}

std::optional<bool> is_as_published(const FileInfo& info, std::span<const std::uint8_t> bytes) {
  if (info.xxh3 != 0) {
    return info.xxh3 == xxh3(bytes);
  }
  return info.md5.empty() ? std::nullopt : std::optional(info.md5 == md5(bytes));
}

namespace {

bool has_checksums(const DatasetInfo& info) {
  return !info.files.empty() &&
         std::all_of(info.files.begin(), info.files.end(), [](const auto& file) {
           return file.xxh3 != 0 || !file.md5.empty();
         });
}

// Why the data are not as published; empty: they are, or it is not known.
std::string difference(const DatasetInfo& info, const Dataset& dataset) {
  const std::int64_t training = dataset.training.count();
  const std::int64_t test = dataset.test.count();
  if (info.files.empty()) {
    return {};
  }
  if (info.training_examples > 0 &&
      (training != info.training_examples || test != info.test_examples)) {
    return fmt::format("they are {} training and {} test examples, not {} and {}",
                       training,
                       test,
                       info.training_examples,
                       info.test_examples);
  }
  return has_checksums(info) && !dataset.as_published ? "checksums differ" : "";
}

}  // namespace

std::string unlike_published(const Dataset& dataset) {
  const DatasetInfo* info = find_dataset(dataset.name);
  const std::string how = info == nullptr ? "" : difference(*info, dataset);
  if (how.empty()) {
    return dataset.notice;
  }
  return fmt::format(
      "the data in {} are not '{}' as published: {}, and so results cannot be compared with those "
      "of others. `murmur data {} --set data.folder='{}'` shows which files; data.name = \"idx\" "
      "is "
      "for images of your own",
      dataset.folder.string(),
      dataset.name,
      how,
      dataset.name,
      dataset.folder.string());
}

bool are_as_published(const DatasetInfo& info, std::span<const Bytes> contents) {
  for (std::size_t i = 0; i < contents.size(); ++i) {
    if (!is_as_published(info.files[i], contents[i]).value_or(false)) {
      return false;
    }
  }
  return true;
}

Result<Dataset> complete_dataset(const DatasetInfo& info,
                                 const DatasetFiles& files,
                                 Dataset dataset) {
  dataset.name = info.name;
  dataset.folder = files.folder;
  if (dataset.training.shape() != dataset.test.shape()) {
    return damaged(files,
                   fmt::format("training images are {}, test images {}",
                               fmt::join(dataset.training.shape(), " x "),
                               fmt::join(dataset.test.shape(), " x ")));
  }
  const int of_training = largest(dataset.training.labels());
  dataset.classes = info.classes > 0 ? info.classes : of_training + 1;
  const int label = std::max(of_training, largest(dataset.test.labels()));
  if (label >= dataset.classes) {
    return damaged(
        files, fmt::format("expected labels from 0 to {}, found {}", dataset.classes - 1, label));
  }
  if (info.shape != ImageShape{} && info.shape != dataset.training.shape()) {
    return damaged(files,
                   fmt::format("these data are not '{}': expected images of {}, found {}. "
                               "data.name = \"idx\" takes images of your own in IDX files",
                               info.name,
                               fmt::join(info.shape, " x "),
                               fmt::join(dataset.training.shape(), " x ")));
  }
  dataset.class_names = info.class_names;
  dataset.mean = info.mean;
  dataset.deviation = info.deviation;
  if (dataset.mean.size() != static_cast<std::size_t>(dataset.training.shape()[0])) {
    measure_normalisation(dataset);
  }
  dataset.digest = digest_of(dataset);
  return dataset;
}

}  // namespace murmur::data
