// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/places.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

#include "murmur/data/check_dataset.h"
#include "murmur/files/digest.h"

namespace murmur::data {
namespace {

namespace fs = std::filesystem;

// The path of the file in `folder` under one of its names, or an empty path.
fs::path find_file(const fs::path& folder, const FileInfo& file) {
  constexpr std::array<std::string_view, 3> kEndings{"", ".gz", ".xz"};
  for (const std::string& name : {file.name, file.other_name}) {
    for (const std::string_view ending : kEndings) {
      fs::path path = folder / (name + std::string(ending));
      std::error_code ignored;  // an inaccessible file counts as absent
      if (!name.empty() && fs::is_regular_file(path, ignored)) {
        return path;
      }
    }
  }
  return {};
}

DatasetFiles files_in(const fs::path& folder, const DatasetInfo& info) {
  DatasetFiles files{.folder = folder, .paths = {}};
  for (const FileInfo& file : info.files) {
    files.paths.push_back(find_file(folder, file));
  }
  return files;
}

std::size_t count_found(const DatasetFiles& files) {
  return static_cast<std::size_t>(std::count_if(
      files.paths.begin(), files.paths.end(), [](const auto& path) { return !path.empty(); }));
}

// The first candidate with the largest number of files; an empty folder if none has any.
DatasetFiles best_files(const DatasetInfo& info, const Places& places) {
  DatasetFiles best{.folder = {}, .paths = std::vector<fs::path>(info.files.size())};
  for (const fs::path& folder : candidate_folders(info, places)) {
    DatasetFiles files = files_in(folder, info);
    if (count_found(files) > count_found(best)) {
      best = std::move(files);
    }
  }
  return best;
}

std::string join_names(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

Failure missing(const DatasetInfo& info, const Places& places, const DatasetFiles& best) {
  std::string message = fmt::format("the dataset '{}' was not found", info.name);
  std::vector<std::string> absent;
  for (std::size_t i = 0; i < best.paths.size(); ++i) {
    if (best.paths[i].empty()) {
      absent.push_back(info.files[i].name);
    }
  }
  if (count_found(best) > 0) {
    message = fmt::format("the dataset '{}' is incomplete: {} lacks {} (plain, .gz or .xz)",
                          info.name,
                          best.folder.string(),
                          join_names(absent));
  } else {
    std::vector<std::string> looked;
    for (const fs::path& folder : candidate_folders(info, places)) {
      looked.push_back(folder.string());
    }
    message += looked.empty() ? std::string(": no folder was given")
                              : fmt::format(" (looked in {})", join_names(looked));
  }
  return {FailureKind::kMissing, fmt::format("{}. {}", message, info.how_to_get)};
}

// The file that the user names.
Result<DatasetFiles> find_one_file(const DatasetInfo& info, const Places& places) {
  const fs::path path = places.file;
  std::error_code ignored;  // an inaccessible file counts as absent
  if (fs::is_regular_file(path, ignored)) {
    return DatasetFiles{.folder = path, .paths = {path}};
  }
  return Failure{FailureKind::kMissing,
                 fmt::format("the dataset '{}' was not found: {}. {}",
                             info.name,
                             path.empty() ? std::string("no file was given")
                                          : fmt::format("there is no file {}", path.string()),
                             info.how_to_get)};
}

FileState state_of_one_file(const Places& places) {
  const fs::path path = places.file;
  FileState state{.name = path.filename().string(), .path = {}, .trouble = {}, .as_published = {}};
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(path, error);
  if (error) {
    return state;
  }
  state.path = path;
  state.bytes = static_cast<std::int64_t>(bytes);
  if (const Result<std::uint64_t> digest = files::digest_of_file(path)) {
    state.xxh3 = digest.value();
  } else {
    state.trouble = digest.failure();
  }
  return state;
}

FileState state_of(const FileInfo& info, const fs::path& path, const fs::path& cache) {
  FileState state{.name = info.name, .path = path, .trouble = {}, .as_published = {}};
  if (path.empty()) {
    return state;
  }
  const Result<Bytes> bytes = read_bytes(path, cache);
  if (!bytes) {
    state.trouble = bytes.failure();
    return state;
  }
  state.bytes = static_cast<std::int64_t>(bytes.value().size());
  state.xxh3 = xxh3(bytes.value());
  state.as_published = is_as_published(info, bytes.value());
  return state;
}

std::vector<FileState> states_of(const DatasetFiles& files,
                                 const fs::path& cache,
                                 const ForEach& for_each) {
  std::vector<FileState> states(files.paths.size());
  for_each(states.size(), [&](std::size_t i) {
    states[i] = state_of({.name = files.paths[i].filename().string()}, files.paths[i], cache);
  });
  return states;
}

}  // namespace

std::vector<fs::path> candidate_folders(const DatasetInfo& info, const Places& places) {
  std::vector<fs::path> folders;
  const auto add = [&](const fs::path& place) {
    folders.push_back(place);
    for (const std::string& name : info.subfolders) {
      folders.push_back(place / name);
    }
  };
  if (!places.folder.empty()) {
    add(places.folder);
    return folders;
  }
  if (!places.environment.empty()) {
    add(places.environment);
  }
  for (const std::string& place : info.system_places) {
    folders.emplace_back(place);
  }
  return folders;
}

Result<DatasetFiles> find_files(const DatasetInfo& info, const Places& places) {
  if (info.find != nullptr) {
    return info.find(info, places);
  }
  return find_usual_files(info, places);
}

Result<DatasetFiles> find_usual_files(const DatasetInfo& info, const Places& places) {
  if (info.files.empty() || !places.file.empty()) {
    return find_one_file(info, places);
  }
  DatasetFiles best = best_files(info, places);
  if (count_found(best) < info.files.size()) {
    return missing(info, places, best);
  }
  return best;
}

DatasetState inspect_dataset(const DatasetInfo& info,
                             const Places& places,
                             const ForEach& for_each) {
  const DatasetFiles best = best_files(info, places);
  DatasetState state{.looked_in = candidate_folders(info, places),
                     .folder = best.folder,
                     .files = std::vector<FileState>(info.files.size()),
                     .trouble = {}};
  for_each(info.files.size(), [&](std::size_t i) {
    state.files[i] = state_of(info.files[i], best.paths[i], places.cache);
  });
  if (!places.file.empty() || (info.files.empty() && info.find == nullptr)) {
    state.looked_in = {places.file};
    state.files = {state_of_one_file(places)};
    state.folder = state.files.front().path;
  } else if (info.find != nullptr) {
    if (const auto found = info.find(info, places)) {
      state.folder = found.value().folder;
      if (!info.files.empty()) {  // else those of a folder, which are many
        state.files = states_of(found.value(), places.cache, for_each);
      }
    }
  }
  const Result<std::shared_ptr<const Dataset>> dataset = read_dataset(info, places, for_each);
  if (dataset) {
    state.training_examples = dataset.value()->training.count();
    state.test_examples = dataset.value()->test.count();
    state.contents = contents_of(*dataset.value());
    state.mean = dataset.value()->mean;
    state.deviation = dataset.value()->deviation;
    state.doubt = unlike_published(*dataset.value());
    state.dataset = dataset.value();
  } else {
    state.trouble = dataset.failure();
  }
  return state;
}

}  // namespace murmur::data
