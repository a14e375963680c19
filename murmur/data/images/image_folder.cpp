// SPDX-License-Identifier: Apache-2.0
// JPEG images in folders, as torchvision's ImageFolder has them:
//
//   train/CLASS/*.jpg   val/CLASS/*.jpg     (.jpeg, too, in any case)
//
// Classes are the sorted names of the folders in train. Every image is decoded once when the set is
// read, which finds the damaged ones before a run begins; the digests of the files, 0 of damaged
// ones, are kept in the cache. Pixels are read again batch by batch (image_reader.h).
#include <algorithm>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/images/image_list.h"
#include "murmur/data/number_arrays.h"
#include "murmur/data/places.h"
#include "murmur/data/registry.h"

namespace murmur::data {
namespace {

namespace fs = std::filesystem;

constexpr Bounds kSize{1, 4096, false, false, "an integer from 1 to 4096"};
constexpr Bounds kThreads{0, 256, false, false, "an integer from 0 to 256"};

// Columns x, y and xxh3, which makes the digest of the set that of the images' content.
Examples examples_of(const std::vector<ImageFile>& files, int classes, ImageFiles image_files) {
  std::size_t longest = 0;
  for (const ImageFile& file : files) {
    longest = std::max(longest, file.path.size());
  }
  Bytes paths(files.size() * longest, 0);
  Bytes digests(files.size() * sizeof(std::uint64_t));
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::ranges::copy(files[i].path, paths.begin() + static_cast<std::ptrdiff_t>(i * longest));
    std::memcpy(digests.data() + i * sizeof(std::uint64_t), &files[i].xxh3, sizeof(std::uint64_t));
    labels.push_back(files[i].label);
  }
  Examples examples{.columns = {}, .image_files = std::move(image_files)};
  examples.columns.push_back({.name = std::string(kInputs),
                              .dtype = files::Dtype::kU8,
                              .shape = {static_cast<std::int64_t>(longest)},
                              .bytes = std::move(paths)});
  examples.columns.push_back(label_column(labels, classes));
  examples.columns.push_back(
      {.name = "xxh3", .dtype = files::Dtype::kU64, .shape = {}, .bytes = std::move(digests)});
  return examples;
}

// Takes damaged images out of the lists; a sentence about them, empty if there are none.
std::string leave_out_damaged(std::vector<ImageFile>& training, std::vector<ImageFile>& test) {
  constexpr std::size_t kMostNames = 5;
  std::vector<std::string> names;
  for (auto* files : {&training, &test}) {
    for (const ImageFile& file : *files) {
      if (file.xxh3 == 0) {
        names.push_back(file.path);
      }
    }
    std::erase_if(*files, [](const ImageFile& file) { return file.xxh3 == 0; });
  }
  if (names.empty()) {
    return {};
  }
  const std::size_t count = names.size();
  names.resize(std::min(count, kMostNames));
  return fmt::format("{} damaged {} left out: {}{}",
                     count,
                     count == 1 ? "image is" : "images are",
                     fmt::join(names, ", "),
                     count > kMostNames ? ", ..." : "");
}

Result<Dataset> read_image_folder(const DatasetInfo& info,
                                  const DatasetFiles& files,
                                  const ForEach& for_each) {
  const auto classes = sorted_names(files.folder / "train", true);
  if (!classes) {
    return classes.failure();
  }
  auto training = list_files(files.folder, "train", classes.value());
  auto test = training ? list_files(files.folder, "val", classes.value()) : training;
  if (!test) {
    return test.failure();
  }
  const bool skips =
      files.settings.options.has("damaged") && files.settings.options.text("damaged") == "skip";
  for (auto* part : {&training.value(), &test.value()}) {
    find_digests(files.folder, files.cache, for_each, *part);
    const auto damaged =
        std::ranges::find_if(*part, [](const ImageFile& file) { return file.xxh3 == 0; });
    if (!skips && damaged != part->end()) {
      const auto found = digest_of_image(files.folder / damaged->path);
      return found ? wrong(FailureKind::kDamaged, files.folder / damaged->path, "it has changed")
                   : Failure{found.failure().kind,
                             found.failure().message +
                                 "; data.damaged = \"skip\" leaves such images out"};
    }
  }
  Dataset dataset;
  dataset.notice = leave_out_damaged(training.value(), test.value());
  if (training.value().empty() || test.value().empty()) {
    return wrong(FailureKind::kDamaged, files.folder, "all images of a part are damaged");
  }
  DatasetInfo found = info;
  found.classes = static_cast<int>(classes.value().size());
  found.class_names = classes.value();
  const ImageFiles of{fs::absolute(files.folder).string(), info.shape};
  dataset.training = examples_of(training.value(), found.classes, of);
  dataset.test = examples_of(test.value(), found.classes, of);
  return complete_dataset(found, files, std::move(dataset));
}

Result<DatasetFiles> find_image_folder(const DatasetInfo& info, const Places& places) {
  std::vector<std::string> looked;
  for (const fs::path& folder : candidate_folders(info, places)) {
    std::error_code ignored;
    if (fs::is_directory(folder / "train", ignored) && fs::is_directory(folder / "val", ignored)) {
      return DatasetFiles{.folder = folder, .paths = {}};
    }
    looked.push_back(folder.string());
  }
  return Failure{
      FailureKind::kMissing,
      fmt::format("the dataset '{}' was not found: no folder with train and val{}. {}",
                  info.name,
                  looked.empty() ? std::string(" was given")
                                 : fmt::format(" (looked in {})", fmt::join(looked, ", ")),
                  info.how_to_get)};
}

void configure(DatasetInfo& info, const OptionValues& options) {
  info.shape = {3, options.integer("size"), options.integer("size")};
}

}  // namespace

DatasetInfo image_folder() {
  return {
      .name = "image-folder",
      .summary =
          "JPEG images of your own in folders of classes, as torchvision's ImageFolder; a "
          "plan without a folder is that of ImageNet (ILSVRC 2012)",
      .licence = "your own",
      .how_to_get =
          "Name the folder with data.folder; it holds train/CLASS/*.jpg and "
          "val/CLASS/*.jpg (or .jpeg)",
      .files = {},
      .subfolders = {"imagenet", "ILSVRC2012"},
      .system_places = {},
      .shape = {3, 224, 224},
      .training_examples = 1281167,
      .test_examples = 50000,
      .classes = 1000,
      .class_names = {},
      .mean = {0.485, 0.456, 0.406},
      .deviation = {0.229, 0.224, 0.225},
      .usual_transforms = {"random-resized-crop", "flip"},
      .options = {{.name = "size",
                   .help = "rows and columns of the images that a model gets",
                   .fallback = std::int64_t{224},
                   .bounds = kSize},
                  {.name = "threads",
                   .help = "that read images ahead in the background; they change no result",
                   .fallback = std::int64_t{2},
                   .bounds = kThreads},
                  {.name = "damaged",
                   .help = "what a damaged image is: an `error`, or left out (`skip`)",
                   .fallback = std::string("error"),
                   .choices = {"error", "skip"}}},
      .configure = configure,
      .find = find_image_folder,
      .read = read_image_folder,
  };
}

}  // namespace murmur::data
