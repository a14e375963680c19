// SPDX-License-Identifier: Apache-2.0
// Downsampled ImageNet: Chrabaszcz, Loshchilov, Hutter, arXiv 1707.08819. Ten training files and
// one for validation, each an archive of NumPy arrays (files/array_file.h):
//
//   data     U8, N x 3072: red 32 x 32 | green 32 x 32 | blue 32 x 32
//   labels   integers, N, from 1 to 1000
//   mean     of the pixels, in the training files; not used
#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/number_arrays.h"
#include "murmur/data/registry.h"
#include "murmur/files/array_file.h"

namespace murmur::data {
namespace {

constexpr int kClasses = 1000;
constexpr std::int64_t kImageBytes = 3 * 32 * 32;

// One of the files.
struct Archive {
  std::string path;
  std::unique_ptr<files::ArrayFile> arrays;
  files::ArrayInfo data;
  files::ArrayInfo labels;

  std::int64_t images() const { return data.shape.front(); }
  Failure wrong(const files::ArrayInfo& array, const std::string& what) const {
    return {FailureKind::kDamaged, fmt::format("{}: {}: {}", path, array.name, what)};
  }
};

Status check(const Archive& archive) {
  const auto described = [](const files::ArrayInfo& array) {
    return fmt::format(
        "it is {} of shape ({})", name_of(array.dtype), fmt::join(array.shape, ", "));
  };
  const auto& [path, arrays, data, labels] = archive;
  if (data.dtype != files::Dtype::kU8 || data.shape.size() != 2 || data.shape[1] != kImageBytes) {
    return archive.wrong(data, described(data) + "; expected U8 of N x 3072");
  }
  if (!is_integer(labels.dtype) || labels.shape.size() != 1) {
    return archive.wrong(labels, described(labels) + "; expected integers of N");
  }
  if (labels.shape.front() != archive.images()) {
    return archive.wrong(labels,
                         fmt::format("expected {} labels, one for each image, found {}",
                                     archive.images(),
                                     labels.shape.front()));
  }
  return Ok{};
}

Result<Archive> open(const std::filesystem::path& path, const std::filesystem::path& cache) {
  auto arrays = open_arrays(path, cache);
  if (!arrays) {
    return arrays.failure();
  }
  Archive archive{
      .path = path.string(), .arrays = std::move(arrays).value(), .data = {}, .labels = {}};
  for (auto* array : {&archive.data, &archive.labels}) {
    auto found = archive.arrays->find(array == &archive.data ? "data" : "labels");
    if (!found) {
      return found.failure();
    }
    *array = std::move(found).value();
  }
  if (const Status fits = check(archive); !fits) {
    return fits.failure();
  }
  return archive;
}

// Classes from 0.
Status read_labels(const Archive& archive, std::span<std::int32_t> out) {
  Bytes bytes(archive.labels.bytes);
  const Status read =
      archive.arrays->read(archive.labels, std::as_writable_bytes(std::span(bytes)));
  if (!read) {
    return read;
  }
  std::size_t record = 0;
  const auto bad = for_each_integer(archive.labels.dtype, bytes, [&](const auto& value) {
    const bool fits =
        std::cmp_greater_equal(value, 1) && std::cmp_less_equal(value, std::int32_t{kClasses});
    if (fits) {
      out[record++] = static_cast<std::int32_t>(value) - 1;
    }
    return fits;
  });
  if (bad) {
    return archive.wrong(
        archive.labels,
        fmt::format("expected labels from 1 to {}, found {} in record {}", kClasses, *bad, record));
  }
  return Ok{};
}

// The images of several files, in order.
struct Images {
  std::vector<const Archive*> archives;
  Bytes pixels;
  std::vector<std::int32_t> labels;
};

// Tasks, one for each file.
using Task = std::function<Status()>;

Status run_all(const std::vector<Task>& tasks, const ForEach& for_each) {
  std::vector<Status> done(tasks.size(), Ok{});
  for_each(tasks.size(), [&](std::size_t i) { done[i] = tasks[i](); });
  const auto failed = std::ranges::find_if(done, [](const Status& status) { return !status; });
  return failed == done.end() ? Status(Ok{}) : *failed;
}

Status read_images(Images& images, const ForEach& for_each) {
  std::vector<Task> tasks;
  std::size_t all = 0;
  for (const Archive* archive : images.archives) {
    all += static_cast<std::size_t>(archive->images());
  }
  if (all == 0 || all > std::numeric_limits<std::int32_t>::max()) {
    return images.archives.front()->wrong(images.archives.front()->data, "there is no image");
  }
  images.pixels.resize(all * kImageBytes);
  images.labels.resize(all);
  std::size_t first = 0;
  for (const Archive* archive : images.archives) {
    const auto count = static_cast<std::size_t>(archive->images());
    const auto pixels = std::span(images.pixels).subspan(first * kImageBytes, count * kImageBytes);
    const auto labels = std::span(images.labels).subspan(first, count);
    tasks.emplace_back([archive, pixels, labels] {
      const Status read = archive->arrays->read(archive->data, std::as_writable_bytes(pixels));
      return read ? read_labels(*archive, labels) : read;
    });
    first += count;
  }
  return run_all(tasks, for_each);
}

Examples examples_of(Images images) {
  Examples examples;
  examples.columns.push_back({.name = std::string(kInputs),
                              .dtype = files::Dtype::kU8,
                              .shape = {3, 32, 32},
                              .bytes = std::move(images.pixels)});
  examples.columns.push_back(label_column(images.labels, kClasses));
  return examples;
}

Result<Dataset> read_imagenet32(const DatasetInfo& info,
                                const DatasetFiles& files,
                                const ForEach& for_each) {
  std::vector<Archive> archives(files.paths.size());
  std::vector<Task> tasks;
  for (std::size_t i = 0; i < archives.size(); ++i) {
    tasks.emplace_back([&, i]() -> Status {
      Result<Archive> opened = open(files.paths[i], files.cache);
      if (!opened) {
        return opened.failure();
      }
      archives[i] = std::move(opened).value();
      return Ok{};
    });
  }
  if (const Status opened = run_all(tasks, for_each); !opened) {
    return opened.failure();
  }
  Images training;
  Images test;
  for (std::size_t i = 0; i < archives.size(); ++i) {
    (i + 1 == archives.size() ? test : training).archives.push_back(&archives[i]);
  }
  for (Images* images : {&training, &test}) {
    if (const Status read = read_images(*images, for_each); !read) {
      return read.failure();
    }
  }
  Dataset dataset;
  dataset.training = examples_of(std::move(training));
  dataset.test = examples_of(std::move(test));
  return complete_dataset(info, files, std::move(dataset));
}

}  // namespace

DatasetInfo imagenet32() {
  std::vector<FileInfo> files;
  for (int i = 1; i <= 10; ++i) {
    files.push_back({.name = fmt::format("train_data_batch_{}.npz", i)});
  }
  files.push_back({.name = "val_data.npz"});
  return {
      .name = "imagenet32",
      .summary =
          "Downsampled ImageNet: 1281167 training and 50000 test colour images of 32 x 32, 1000 "
          "classes",
      .licence =
          "ImageNet's terms: research alone. Chrabaszcz, Loshchilov, Hutter, A downsampled "
          "variant of ImageNet, 2017; Russakovsky et al., 2015",
      .how_to_get =
          "Put train_data_batch_1.npz to train_data_batch_10.npz and val_data.npz (as "
          "published by image-net.org; plain, .gz or .xz) into the folder that "
          "data.folder or MURMUR_DATA names, or into its subfolder imagenet32",
      .files = std::move(files),
      .subfolders = {"imagenet32", "Imagenet32_train", "Imagenet32"},
      .system_places = {"/usr/share/datasets/imagenet32", "/usr/local/share/datasets/imagenet32"},
      .shape = {3, 32, 32},
      .training_examples = 1281167,
      .test_examples = 50000,
      .classes = kClasses,
      .class_names = {},
      .mean = {0.5, 0.5, 0.5},
      .deviation = {0.5, 0.5, 0.5},
      .usual_transforms = {"crop", "flip"},
      .options = {},
      .read = read_imagenet32,
  };
}

}  // namespace murmur::data
