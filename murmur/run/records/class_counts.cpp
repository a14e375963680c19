// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/class_counts.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

#include "murmur/files/atomic_file.h"
#include "murmur/run/text/nesting.h"

namespace murmur::run {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kPartitionFile = "partition.json";
constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

}  // namespace

Heterogeneity heterogeneity(const ClassCounts& data) {
  Heterogeneity mean;
  if (data.counts.empty()) {
    return mean;
  }
  const double share_of_workers = 1.0 / static_cast<double>(data.counts.size());
  for (const std::vector<std::int64_t>& counts : data.counts) {
    const auto total = std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
    double squares = 0;
    double largest = 0;
    int present = 0;
    for (const std::int64_t count : counts) {
      const double share = total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
      squares += share * share;
      largest = std::max(largest, share);
      present += share >= 0.01 ? 1 : 0;
    }
    mean.largest_share += share_of_workers * largest;
    mean.classes += share_of_workers * present;
    mean.effective_classes += squares > 0 ? share_of_workers / squares : 0;
  }
  return mean;
}

std::optional<ClassCounts> read_classes(const std::filesystem::path& folder) {
  const auto text = files::read_file(folder / kPartitionFile, kMostBytes);
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
    return std::nullopt;  // the report then omits the figure
  }
}

Status write_classes(const std::filesystem::path& folder, const ClassCounts& classes) {
  const Json json = {{"schema", 1}, {"classes", classes.classes}, {"counts", classes.counts}};
  return files::write_file(folder / kPartitionFile, json.dump() + "\n");
}

Status write_classes(const std::filesystem::path& folder, const data::TrainingData& data) {
  if (data.dataset->task != data::Task::kClassification) {
    return Ok{};
  }
  ClassCounts classes{.classes = data.dataset->class_names, .counts = data::class_counts(data)};
  while (classes.classes.size() < static_cast<std::size_t>(data.dataset->classes)) {
    classes.classes.push_back(std::to_string(classes.classes.size()));
  }
  return write_classes(folder, classes);
}

}  // namespace murmur::run
