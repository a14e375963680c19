// SPDX-License-Identifier: Apache-2.0
// Where a dataset is looked for, and what is there: for reading it, and for `murmur data NAME`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "murmur/data/dataset.h"

namespace murmur::data {

// The folders to try, in order: each place itself, then its subfolders for the dataset.
std::vector<std::filesystem::path> candidate_folders(const DatasetInfo& info, const Places& places);

// The first folder that has every file, each plain, .gz or .xz. kMissing: there is none; the
// message lists the folders searched, what was found, and how to get the dataset.
Result<DatasetFiles> find_files(const DatasetInfo& info, const Places& places);

// The same without DatasetInfo::find: its `files`, or the file that the user names.
Result<DatasetFiles> find_usual_files(const DatasetInfo& info, const Places& places);

struct FileState {
  std::string name;                  // as in DatasetInfo
  std::filesystem::path path;        // empty: not found
  std::optional<Failure> trouble;    // why it cannot be read or unpacked
  std::int64_t bytes = 0;            // unpacked
  std::uint64_t xxh3 = 0;            // of the unpacked bytes
  std::optional<bool> as_published;  // none if no checksum is known
};

struct DatasetState {
  std::vector<std::filesystem::path> looked_in;
  std::filesystem::path folder;    // empty: not found
  std::vector<FileState> files;    // of `folder`, or of the folder that has most of them
  std::optional<Failure> trouble;  // why it cannot be used; none: it was read and is correct
  std::string doubt = {};          // for usable data: unlike_published()
  std::int64_t training_examples = 0;
  std::int64_t test_examples = 0;
  std::string contents = {};                         // contents_of()
  std::shared_ptr<const Dataset> dataset = nullptr;  // null: it cannot be used
  std::vector<double> mean = {};                     // by which images are normalised, per channel
  std::vector<double> deviation = {};
};

// Searches the places, reads everything and checks it.
DatasetState inspect_dataset(const DatasetInfo& info,
                             const Places& places,
                             const ForEach& for_each = serial_for_each);

}  // namespace murmur::data
