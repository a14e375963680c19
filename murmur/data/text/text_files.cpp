// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/text_files.h"

#include <array>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/text/tables.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array kParts{Part::kTraining, Part::kValidation, Part::kTest};

Status add_listed(const Places& places, const std::string& key, Part part, DatasetFiles& files) {
  const std::vector<std::string> listed = texts_of(places.settings.options, key);
  if (listed.empty()) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("data.{} is missing: with data.train or data.test as lists of files "
                               "both are needed",
                               key)};
  }
  for (const std::string& name : listed) {
    const fs::path path = fs::path(places.folder) / name;
    std::error_code ignored;  // an inaccessible file counts as absent
    if (!fs::is_regular_file(path, ignored)) {
      return Failure{FailureKind::kMissing,
                     fmt::format("data.{}: there is no file {}", key, path.string())};
    }
    files.paths.push_back(path);
    files.parts.push_back(part);
  }
  return Ok{};
}

}  // namespace

Result<DatasetFiles> find_text(const DatasetInfo& info, const Places& places) {
  if (!texts_of(places.settings.options, "train").empty() ||
      !texts_of(places.settings.options, "test").empty()) {
    DatasetFiles files{.folder = places.folder, .paths = {}};
    for (const auto& [key, part] :
         {std::pair("train", Part::kTraining), std::pair("test", Part::kTest)}) {
      if (const Status added = add_listed(places, key, part, files); !added) {
        return added.failure();
      }
    }
    return files;
  }
  Result<DatasetFiles> found = find_usual_files(info, places);
  if (!found || !places.file.empty()) {
    return found;
  }
  DatasetFiles files{.folder = found.value().folder, .paths = {}};
  files.paths = {found.value().paths[0], found.value().paths[1]};
  files.parts = {Part::kTraining, Part::kTest};
  for (const char* name : {"valid.txt", "valid.txt.gz", "valid.txt.xz"}) {
    std::error_code ignored;  // an inaccessible file counts as absent
    if (fs::is_regular_file(files.folder / name, ignored)) {
      files.paths.insert(files.paths.begin() + 1, files.folder / name);
      files.parts.insert(files.parts.begin() + 1, Part::kValidation);
      break;
    }
  }
  return files;
}

namespace {

// The rows of a group make one text, each followed by a line break.
Status add_groups(const NamedText& table,
                  TableFormat format,
                  const DatasetSettings& settings,
                  Texts& all) {
  std::vector<std::string> columns = texts_of(settings.options, "text");
  if (columns.empty()) {
    columns.emplace_back("text");
  }
  const auto count = static_cast<std::ptrdiff_t>(columns.size());
  if (!settings.by.empty()) {
    columns.push_back(settings.by);
  }
  const auto rows = read_table(
      table,
      {.format = format, .header = settings.options.flag("header"), .columns = std::move(columns)});
  if (!rows) {
    return rows.failure();
  }
  GroupNumbers numbers;
  for (const TableRow& row : rows.value()) {
    const auto end = row.fields.begin() + count;
    const auto group =
        static_cast<std::size_t>(settings.by.empty() ? 0 : numbers.of(row.fields.back()));
    if (group == all.of_groups.size()) {
      all.of_groups.emplace_back();
    }
    all.of_groups[group] += fmt::format("{}\n", fmt::join(row.fields.begin(), end, " "));
  }
  for (const std::string& text : all.of_groups) {
    all.add({table.name, text}, Part::kTraining, static_cast<std::int32_t>(all.groups.size()));
  }
  return Ok{};
}

}  // namespace

Result<Texts> read_texts(const DatasetFiles& files, const ForEach& for_each) {
  auto contents = read_all(files, for_each);
  if (!contents) {
    return contents.failure();
  }
  Texts all{.contents = std::move(contents).value(),
            .of_groups = {},
            .texts = {},
            .parts = {},
            .groups = {},
            .grouping = {}};
  const auto text_of = [&](std::size_t i) -> NamedText {
    return {files.paths[i].string(), as_text(all.contents[i])};
  };
  if (files.parts.empty()) {
    if (const auto format = table_format(files.paths.front())) {
      all.grouping = files.settings.by;
      const Status added = add_groups(text_of(0), *format, files.settings, all);
      return added ? Result(std::move(all)) : added.failure();
    }
  }
  all.grouping = files.settings.by.empty() ? "" : "file";
  for (const Part part : kParts) {
    for (std::size_t i = 0; i < files.paths.size(); ++i) {
      if ((files.parts.empty() ? Part::kTraining : files.parts[i]) == part) {
        all.add(text_of(i), part, static_cast<std::int32_t>(all.groups.size()));
      }
    }
  }
  for (const NamedText& text : all.texts) {
    if (const Status valid = require_utf8(text.text, text.name); !valid) {
      return valid.failure();
    }
  }
  return all;
}

}  // namespace murmur::data
