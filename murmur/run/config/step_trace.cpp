// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/step_trace.h"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "murmur/files/atomic_file.h"

namespace murmur::run {
namespace {

constexpr std::size_t kMostBytes = std::size_t{32} << 20U;
constexpr std::size_t kMostNumbers = 1'000'000;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos
             ? std::string_view()
             : text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && value >= 0 && std::isfinite(value) ? std::optional(value) : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (auto end = text.find(at); end != std::string_view::npos; end = text.find(at)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

bool is_number_line(const std::vector<std::string_view>& cells) {
  for (const std::string_view cell : cells) {
    if (!number_of(trimmed(cell))) {
      return false;
    }
  }
  return true;
}

Failure damaged(std::size_t line, const std::string& what) {
  return {FailureKind::kDamaged, fmt::format("line {}: {}", line, what)};
}

void require_columns(TableReader& cluster, const Columns& columns, std::int64_t workers) {
  const auto count = static_cast<std::int64_t>(columns.size());
  std::size_t numbers = 0;
  for (const std::vector<double>& column : columns) {
    numbers += column.size();
    if (column.empty()) {
      cluster.fail("trace", "cluster.trace has a column without numbers");
    }
  }
  if (count != 1 && count != workers) {
    cluster.fail(
        "trace",
        fmt::format("cluster.trace has {} columns for {} workers; it wants one for all, or "
                    "one each",
                    count,
                    workers));
  }
  if (numbers > kMostNumbers) {
    cluster.fail(
        "trace",
        fmt::format("cluster.trace has {} numbers, at most {} are taken", numbers, kMostNumbers));
  }
}

}  // namespace

Result<Columns> columns_of_csv(std::string_view text) {
  Columns columns;
  std::size_t number = 0;
  bool first = true;
  for (const std::string_view raw : split(text, '\n')) {
    ++number;
    const std::string_view line = trimmed(raw);
    if (line.empty() || line.front() == '#') {
      continue;
    }
    const std::vector<std::string_view> cells = split(line, ',');
    if (first && !number_of(trimmed(cells.front()))) {
      first = false;
      continue;  // column names
    }
    first = false;
    if (!is_number_line(cells)) {
      return damaged(number, fmt::format("'{}' is not seconds between commas", line.substr(0, 60)));
    }
    if (columns.empty()) {
      columns.resize(cells.size());
    }
    if (cells.size() != columns.size()) {
      return damaged(number, fmt::format("{} numbers, {} before", cells.size(), columns.size()));
    }
    for (std::size_t c = 0; c < cells.size(); ++c) {
      columns[c].push_back(*number_of(trimmed(cells[c])));
    }
  }
  if (columns.empty()) {
    return Failure{FailureKind::kDamaged, "there are no numbers in it"};
  }
  return columns;
}

namespace {

std::string where_relative_paths_begin(const Document& document,
                                       const std::filesystem::path& file) {
  if (file.is_absolute()) {
    return {};
  }
  std::error_code error;
  const auto beside = std::filesystem::path(document.file).parent_path() / file;
  const bool is_beside = std::filesystem::exists(beside, error);
  return fmt::format(". Relative paths begin where the program runs, {}{}",
                     std::filesystem::current_path(error).string(),
                     is_beside ? fmt::format("; there is a '{}'", beside.string()) : "");
}

}  // namespace

Columns read_step_trace(const Document& document, TableReader& cluster, std::int64_t workers) {
  const toml::node* node = cluster.node("trace");
  Columns columns;
  if (node->is_string()) {
    const std::filesystem::path file = cluster.text("trace", "", {});
    const auto text = files::read_file(file, kMostBytes);
    if (!text) {
      cluster.fail("trace",
                   fmt::format("cluster.trace: {}{}",
                               text.failure().message,
                               where_relative_paths_begin(document, file)));
    }
    auto read = columns_of_csv(text.value());
    if (!read) {
      cluster.fail("trace",
                   fmt::format("cluster.trace '{}', {}", file.string(), read.failure().message));
    }
    columns = std::move(read).value();
  } else {
    columns = std::get<Table>(cluster.required(
        {.name = "trace", .help = {}, .fallback = Table{}, .bounds = kNonNegative}));
  }
  require_columns(cluster, columns, workers);
  return columns;
}

}  // namespace murmur::run
