// SPDX-License-Identifier: Apache-2.0
// Examples in memory, and the registry of the datasets known by name. Independent of torch: data
// are read, checked and described in every build.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/image_shape.h"
#include "murmur/core/options.h"
#include "murmur/data/column.h"
#include "murmur/data/dataset_settings.h"
#include "murmur/data/held_bytes.h"
#include "murmur/data/task.h"
#include "murmur/data/text/vocabulary.h"
#include "murmur/models/example_form.h"

namespace murmur::data {

enum class Part { kTraining, kValidation, kTest };

struct Dataset {
  std::string name;
  std::filesystem::path folder;  // where it was found
  Task task = Task::kClassification;
  int classes = 0;                       // of classification; labels are below
  std::vector<std::string> class_names;  // empty: classes have numbers only
  Examples training;
  Examples validation;  // of files of its own; no columns: there are none
  std::vector<std::string> validation_names = {"valid"};  // how data.validation calls those files
  Examples test;
  std::vector<double> mean;       // of images, per channel, of pixels / 255
  std::vector<double> deviation;  // of images, per channel, of pixels / 255
  // Of text.
  std::shared_ptr<const Vocabulary> vocabulary = {};  // null: the examples are no text
  std::int64_t longest = 0;                           // the most tokens that a model gets at once
  std::int64_t cut_texts = 0;                // labelled ones of training, sources of test: cut off
  std::int64_t left_out = 0;                 // training pairs with an empty or a long side
  std::vector<std::string> references = {};  // of pairs: the lines of the test targets
  std::string notice = {};    // what a user should know about them, a sentence; or empty
  std::uint64_t digest = 0;   // XXH3 of all shapes, types and numbers, and of the vocabulary
  bool as_published = false;  // every file has the published checksum

  const Examples& examples(Part part) const;

  // Numbers that a model computes for an example: scores of the classes, or targets; for a token:
  // scores of the tokens.
  std::int64_t outputs() const;
  ExampleForm form() const;
};

// A file of a dataset. On disk it may also end in .gz or .xz and is unpacked while it is read.
struct FileInfo {
  std::string name;
  std::string other_name = {};  // a second spelling in use, or empty
  std::int64_t bytes = 0;       // unpacked, as published; 0: not fixed
  std::uint64_t xxh3 = 0;       // of the unpacked bytes as published; 0: not known
  std::string md5 = {};         // the same, if only that is known; empty: not known
};

struct DatasetFiles {
  std::filesystem::path folder;
  std::vector<std::filesystem::path> paths;  // in the order of DatasetInfo::files, or data.file
  std::vector<Part> parts = {};              // of datasets that find their files: of each path
  DatasetSettings settings = {};
  std::filesystem::path cache = {};  // of unpacked files (cache/unpacked_cache.h); empty: none
};

struct DatasetInfo;
struct Places;

// Calls task(i) for every i below count, in any order and on any thread, and returns when all calls
// have ended. Unpacking takes seconds; a thread pool shortens it.
using ForEach =
    std::function<void(std::size_t count, const std::function<void(std::size_t)>& task)>;
void serial_for_each(std::size_t count, const std::function<void(std::size_t)>& task);

struct DatasetInfo {
  std::string name;
  std::string summary;                     // contents: counts, sizes, classes
  std::string licence;                     // terms of use, and what to cite
  std::string how_to_get;                  // what to install or where to put which files
  std::vector<FileInfo> files;             // empty: the one file that data.file names
  std::vector<std::string> subfolders;     // tried in every place besides the place itself
  std::vector<std::string> system_places;  // folders in which a package installs it
  // Shape of each image, and the numbers of examples as published; 0: given by the files. A plan
  // needs them without reading the files. Other numbers are not as published.
  ImageShape shape = {};
  std::int64_t training_examples = 0;
  std::int64_t test_examples = 0;
  int classes = 0;  // 0: one more than the largest training label
  std::vector<std::string> class_names;
  std::vector<double> mean;  // empty: measured on the training images
  std::vector<double> deviation;
  // What `augment = true` means.
  std::vector<std::string> usual_transforms = {"flip", "crop"};
  std::vector<OptionInfo> options;
  // Changes the members above as these options say; null: they change none.
  void (*configure)(DatasetInfo& info, const OptionValues& options) = nullptr;
  // Options that take a list of texts (or one text): names of files, of columns.
  std::vector<OptionInfo> lists = {};
  // Which files there are to read, with their parts. Null: `files`, or the one of data.file.
  Result<DatasetFiles> (*find)(const DatasetInfo&, const Places&) = nullptr;
  Result<Dataset> (*read)(const DatasetInfo&, const DatasetFiles&, const ForEach&) = nullptr;
};

// All of them, in the order in which they are listed.
const std::vector<DatasetInfo>& datasets();

// The dataset of that name, or null.
const DatasetInfo* find_dataset(std::string_view name);

// The dataset with these options.
DatasetInfo configured(const DatasetInfo& info, const OptionValues& options);

// "images of 1 x 28 x 28, 10 classes", "arrays of 1 x 1 x 5, 2 targets", or "windows of 128 tokens,
// a vocabulary of 65 characters".
std::string contents_of(const Dataset& dataset);

// The warning for data that are taken for a published dataset but differ from the published bytes;
// empty if they are the same, or if those are not known.
std::string unlike_published(const Dataset& dataset);

// Where to look for a dataset. A folder that the user names is the only place; otherwise
// MURMUR_DATA, then the system's places. A dataset that is one file of any name is that file.
struct Places {
  std::string folder;       // data.folder, or empty
  std::string environment;  // the value of MURMUR_DATA, or empty
  std::string file = {};    // data.file, or empty
  DatasetSettings settings = {};
  std::filesystem::path cache = {};  // of unpacked files (cache/unpacked_cache.h); empty: none
};

// Finds, reads and checks a dataset. kMissing: it is in none of the places; kDamaged: a file is not
// as it should be (the message names the file, what was expected and what was found).
Result<std::shared_ptr<const Dataset>> read_dataset(const DatasetInfo& info,
                                                    const Places& places,
                                                    const ForEach& for_each = serial_for_each);

}  // namespace murmur::data
