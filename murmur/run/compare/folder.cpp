// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/folder.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <system_error>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/core/error.h"
#include "murmur/files/atomic_file.h"
#include "murmur/run/compare/grid_runner.h"
#include "murmur/run/compare/result.h"
#include "murmur/run/config/document.h"
#include "murmur/run/text/nesting.h"

namespace murmur::run {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

// Whether a key holds a path: in its table, or by its dotted name in a `set`.
bool is_path(std::string_view table, std::string_view key) {
  constexpr std::array<std::string_view, 4> kPaths{
      "data.folder", "data.partition_file", "model.weights", "cluster.trace"};
  return std::any_of(kPaths.begin(), kPaths.end(), [&](std::string_view path) {
    const std::size_t dot = path.find('.');
    return key == path || (table == path.substr(0, dot) && key == path.substr(dot + 1));
  });
}

using Visit = std::function<void(const toml::value<std::string>&)>;

void visit_paths(const toml::node& node, std::string_view table, const Visit& visit) {
  if (const toml::array* array = node.as_array()) {
    for (const toml::node& element : *array) {
      visit_paths(element, table, visit);
    }
  } else if (const toml::table* inner = node.as_table()) {
    for (const auto& [key, value] : *inner) {
      const auto* text = value.as_string();
      if (text != nullptr && is_path(table, key.str())) {
        visit(*text);
      }
      visit_paths(value, key.str(), visit);
    }
  }
}

// Byte offset of a line and a column (both from 1) in a text.
std::size_t place_in(const std::string& text, const toml::source_position& at) {
  std::size_t place = 0;
  for (toml::source_index line = 1; line < at.line; ++line) {
    place = text.find('\n', place) + 1;
  }
  // Columns count characters; a byte 10xxxxxx continues a UTF-8 character.
  for (toml::source_index column = 1; column < at.column && place < text.size(); ++column) {
    ++place;
    while (place < text.size() && (static_cast<unsigned char>(text[place]) & 0xc0U) == 0x80U) {
      ++place;
    }
  }
  return std::min(place, text.size());
}

void require_usable(const std::filesystem::path& folder,
                    const CompareRequest& request,
                    const std::string& name) {
  std::error_code error;
  const auto is_there = [&](const std::filesystem::path& path) {
    return std::filesystem::exists(path, error);
  };
  if (is_there(folder) && !std::filesystem::is_directory(folder, error)) {
    throw UserError(
        fmt::format("--output '{}' is a file; of a comparison it is a folder", folder.string()));
  }
  if (is_there(folder / "config.toml")) {
    throw UserError(fmt::format(
        "the output folder '{}' holds a run; choose another --output for the comparison",
        folder.string()));
  }
  if (const auto text = files::read_file(folder / "comparison.json", kMostBytes)) {
    const auto before = comparison_from_json(
        nlohmann::ordered_json::parse(shallow_json(text.value()), nullptr, false));
    if (before && before.value().name != name) {
      throw UserError(fmt::format(
          "the output folder '{}' holds another comparison, '{}'; choose another --output",
          folder.string(),
          before.value().name));
    }
  }
  if (request.resume && !is_there(folder / "runs")) {
    throw UserError(fmt::format("there is no comparison to --resume in '{}'", folder.string()),
                    ExitCode::kCheckpoint);
  }
  const std::vector<std::string> unfinished = unfinished_runs(folder / "runs");
  if (!request.resume && !unfinished.empty()) {
    throw UserError(fmt::format(
        "the comparison in '{}' was interrupted ({} not finished, the first: {}). --resume "
        "continues it; --output chooses another folder",
        folder.string(),
        unfinished.size() == 1 ? "1 run" : fmt::format("{} runs", unfinished.size()),
        unfinished.front()));
  }
}

}  // namespace

FolderLock occupy_for_comparison(const std::filesystem::path& folder,
                                 const CompareRequest& request,
                                 const std::string& name) {
  std::error_code error;
  FolderLock lock;
  if (std::filesystem::is_directory(folder, error)) {
    lock = FolderLock::take(folder);
    require_usable(folder, request, name);
    return lock;
  }
  require_usable(folder, request, name);
  std::filesystem::create_directories(folder, error);
  if (error) {
    throw UserError(
        fmt::format("the folder '{}' cannot be made: {}", folder.string(), error.message()));
  }
  lock = FolderLock::take(folder);
  require_usable(folder, request, name);  // another process may have created it since
  return lock;
}

std::string with_full_paths(const std::string& text, const std::string& name) {
  struct Change {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string written;
  };
  const Document document = parse_document(text, name);
  std::vector<Change> changes;
  visit_paths(document.root, "", [&](const toml::value<std::string>& path) {
    if (!path->empty() && *path != "none" && std::filesystem::path(*path).is_relative()) {
      const auto full = std::filesystem::absolute(*path).lexically_normal().string();
      changes.push_back({place_in(text, path.source().begin),
                         place_in(text, path.source().end),
                         nlohmann::json(full).dump()});
    }
  });
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.begin > b.begin;
  });
  std::string out = text;
  for (const Change& change : changes) {
    out.replace(change.begin, change.end - change.begin, change.written);
  }
  return out;
}

}  // namespace murmur::run
