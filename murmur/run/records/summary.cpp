// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/records/summary.h"

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include <nlohmann/json.hpp>

#include "murmur/run/records/metric_table.h"
#include "murmur/run/text/nesting.h"

namespace murmur::run {
namespace {

using nlohmann::ordered_json;

ordered_json to_json(const Metrics& metrics) {
  ordered_json json = ordered_json::object();
  for (const auto& [name, value] : metrics) {
    json[name] = number_json(value);
  }
  return json;
}

double number_of(const ordered_json& json) {
  return json.is_number() ? json.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

Metrics metrics_of(const ordered_json& json) {
  Metrics metrics;
  for (const auto& [name, value] : json.items()) {
    metrics[name] = number_of(value);
  }
  return metrics;
}

Summary summary_of(const ordered_json& json) {
  Summary summary;
  summary.name = json.at("name").get<std::string>();
  summary.status = json.at("status").get<std::string>();
  summary.workers = json.at("workers").get<std::int64_t>();
  summary.steps = json.at("steps").get<std::int64_t>();
  summary.parameters = json.at("parameters").get<std::int64_t>();
  summary.final = metrics_of(json.at("final"));
  for (const auto& [name, best] : json.at("best").items()) {
    summary.best[name] = {number_of(best.at("value")), best.at("step").get<std::int64_t>()};
  }
  summary.totals = metrics_of(json.at("totals"));
  const ordered_json data = json.value("data", ordered_json::object());
  summary.data = {.training_examples = data.value("training_examples", std::int64_t{0}),
                  .examples_per_worker = data.value("examples_per_worker", std::int64_t{0}),
                  .validation_examples = data.value("validation_examples", std::int64_t{0}),
                  .test_examples = data.value("test_examples", std::int64_t{0})};
  summary.warnings = json.value("warnings", std::vector<std::string>{});
  summary.peak_memory_bytes = json.at("peak_memory_bytes").get<std::int64_t>();
  summary.digest = json.at("digest").get<std::string>();
  summary.data_digest = json.value("data_digest", std::string());
  summary.config_digest = json.at("config_digest").get<std::string>();
  summary.versions = json.at("versions").get<std::map<std::string, std::string>>();
  return summary;
}

}  // namespace

bool lower_is_better(const std::string& metric) {
  const auto found = find_metric(metric);
  return found && found->better == Better::kLower;
}

ordered_json number_json(double value) {
  // JSON has neither infinity nor NaN. Integers are written as such, so that counts stay integers.
  if (!std::isfinite(value)) {
    return nullptr;
  }
  constexpr double kExact = 9007199254740992.0;  // 2^53
  if (std::trunc(value) == value && std::abs(value) < kExact) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

ordered_json to_json(const Summary& summary) {
  ordered_json best = ordered_json::object();
  for (const auto& [name, value] : summary.best) {
    best[name] = {{"value", number_json(value.value)}, {"step", value.step}};
  }
  return {{"schema", 1},
          {"name", summary.name},
          {"status", summary.status},
          {"workers", summary.workers},
          {"steps", summary.steps},
          {"parameters", summary.parameters},
          {"final", to_json(summary.final)},
          {"best", best},
          {"totals", to_json(summary.totals)},
          {"data",
           {{"training_examples", summary.data.training_examples},
            {"examples_per_worker", summary.data.examples_per_worker},
            {"validation_examples", summary.data.validation_examples},
            {"test_examples", summary.data.test_examples}}},
          {"warnings", summary.warnings},
          {"peak_memory_bytes", summary.peak_memory_bytes},
          {"digest", summary.digest},
          {"data_digest", summary.data_digest},
          {"config_digest", summary.config_digest},
          {"versions", summary.versions}};
}

std::optional<Summary> read_summary(const std::filesystem::path& folder) {
  std::ifstream stream(folder / "summary.json");
  if (!stream) {
    return std::nullopt;
  }
  try {
    std::ostringstream text;
    text << stream.rdbuf();
    const std::string all = std::move(text).str();
    return summary_of(ordered_json::parse(shallow_json(all)));
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace murmur::run
