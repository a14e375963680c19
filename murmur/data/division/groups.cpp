// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/division/groups.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/files/atomic_file.h"

namespace murmur::data {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 32U;

std::vector<std::string> names_of(const Examples& examples) {
  std::vector<std::string> names;
  for (const Column& column : examples.columns) {
    if (is_grouping(column)) {
      names.push_back(column.name.substr(kGroupingPrefix.size()));
    }
  }
  return names;
}

// None: the line is neither a worker nor "-".
std::optional<std::int32_t> worker_of(std::string_view line, int workers) {
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  if (line == "-") {
    return -1;
  }
  std::int32_t worker = -1;
  const auto read = std::from_chars(line.data(), line.data() + line.size(), worker);
  const bool whole = read.ec == std::errc() && read.ptr == line.data() + line.size();
  return whole && worker >= 0 && worker < workers ? std::optional(worker) : std::nullopt;
}

}  // namespace

Column grouping_column(const std::string& name, const std::vector<std::int32_t>& groups) {
  Bytes bytes(groups.size() * sizeof(std::int32_t));
  std::memcpy(bytes.data(), groups.data(), bytes.size());
  return {.name = std::string(kGroupingPrefix) + name,
          .dtype = files::Dtype::kI32,
          .shape = {},
          .bytes = std::move(bytes)};
}

Result<std::vector<std::int32_t>> groups_of(const Examples& examples, const std::string& name) {
  const Column* column = examples.find(std::string(kGroupingPrefix) + name);
  if (column == nullptr) {
    const std::vector<std::string> names = names_of(examples);
    return Failure{FailureKind::kInvalid,
                   fmt::format("data.by = \"{}\" groups nothing; these data can be grouped by {}",
                               name,
                               names.empty() ? "nothing: no column says who an example is of"
                                             : fmt::format("{}", fmt::join(names, ", ")))};
  }
  const auto values = column->values<std::int32_t>();
  return std::vector<std::int32_t>(values.begin(), values.end());
}

Result<std::vector<std::int32_t>> read_workers(const std::filesystem::path& file,
                                               std::int64_t count,
                                               int workers) {
  const Result<std::string> text = files::read_file(file, kMostBytes);
  if (!text) {
    return text.failure();
  }
  std::vector<std::int32_t> all;
  std::string_view left = text.value();
  while (!left.empty()) {
    const std::string_view line = left.substr(0, left.find('\n'));
    const auto worker = worker_of(line, workers);
    if (!worker) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}, line {}: '{}' is neither a worker from 0 to {} nor \"-\"",
                                 file.string(),
                                 all.size() + 1,
                                 line.substr(0, 40),
                                 workers - 1)};
    }
    all.push_back(*worker);
    left.remove_prefix(std::min(left.size(), line.size() + 1));
  }
  if (std::ssize(all) != count) {
    return Failure{
        FailureKind::kDamaged,
        fmt::format(
            "{} has {} lines; there are {} training examples", file.string(), all.size(), count)};
  }
  return all;
}

}  // namespace murmur::data
