// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/run_record.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/files/atomic_file.h"
#include "murmur/run/config/document.h"
#include "murmur/run/text/nesting.h"

namespace murmur::run {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPartitionFile = "partition.json";

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

std::optional<ClassCounts> read_classes(const std::filesystem::path& file) {
  const auto text = files::read_file(file, kMostBytes);
  if (!text) {
    return std::nullopt;
  }
  try {
    const Json json = Json::parse(shallow_json(text.value()));
    ClassCounts data;
    json.at("classes").get_to(data.classes);
    json.at("counts").get_to(data.counts);
    for (const std::vector<std::int64_t>& counts : data.counts) {
      if (counts.size() != data.classes.size()) {
        return std::nullopt;
      }
    }
    return data;
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;  // a report without the picture is better than none
  }
}

}  // namespace

Result<RunRecord> read_run(const std::filesystem::path& folder) {
  RunRecord record;
  record.folder = folder;
  auto summary = read_summary(folder);
  if (!summary) {
    return Failure{
        FailureKind::kMissing,
        fmt::format("'{}' holds no finished run: there is no summary.json of murmur in it",
                    folder.string())};
  }
  record.summary = std::move(*summary);
  const auto config_file = folder / "config.toml";
  auto text = files::read_file(config_file, kMostBytes);
  if (!text) {
    return text.failure();
  }
  record.config_text = std::move(text).value();
  try {
    record.config =
        read_config(parse_document(record.config_text, config_file.string()), Purpose::kTrain);
  } catch (const UserError& error) {
    return Failure{FailureKind::kDamaged, error.what()};
  }
  auto lines = read_metrics(folder / "metrics.jsonl");
  if (!lines) {
    return lines.failure();
  }
  record.lines = std::move(lines).value();
  record.classes = read_classes(folder / kPartitionFile);
  return record;
}

Status write_classes(const std::filesystem::path& folder, const ClassCounts& classes) {
  const Json json = {{"schema", 1}, {"classes", classes.classes}, {"counts", classes.counts}};
  return files::write_file(folder / kPartitionFile, json.dump() + "\n");
}

Status write_classes(const std::filesystem::path& folder, const data::TrainingData& data) {
  ClassCounts classes{.classes = data.dataset->class_names, .counts = data::class_counts(data)};
  while (classes.classes.size() < static_cast<std::size_t>(data.dataset->classes)) {
    classes.classes.push_back(std::to_string(classes.classes.size()));
  }
  return write_classes(folder, classes);
}

}  // namespace murmur::run
