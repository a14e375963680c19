// SPDX-License-Identifier: Apache-2.0
// comparison.json, schema 1:
//
//   {"schema": 1, "name": TEXT, "metric": NAME, "tuned_by": NAME or null,
//    "tuned_in": LABEL or null, "lower_is_better": BOOL, "best": BOOL,
//    "seeds": [N], "methods": [{"label": TEXT, "set": {KEY: TOML}, "reference": BOOL}],
//    "settings": [the same],
//    "cells": [{"method": LABEL, "setting": LABEL, "mean": X or null, "std": X or null,
//               "diverged": N, "best": BOOL,
//               "runs": [{"seed": N, "value": X or null, "folder": PATH}],
//               "tuned": {KEY: TOML},
//               "trials": [{"set": {KEY: TOML}, "value": X, "folder": PATH}]}],
//    "time_to_accuracy": [{"setting": LABEL, "metric": NAME, "target": X,
//                          "methods": [{"method": LABEL, "steps": X, "virtual_s": X or null}]}],
//    "warnings": [TEXT], "command": TEXT, "versions": {"murmur": TEXT}}
//
// A method has "published": [X or null], one per setting, if values were published.
//
// Cells are in the order of methods, then settings; "tuned" is present if something was tuned, and
// "trials", whose values are those of "tuned_by", if that was done in this cell. A value is null if
// the run diverged; a deviation is null in that case and for a single seed.
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "murmur/run/compare/result.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/text/version.h"

namespace murmur::run {
namespace {

using Json = nlohmann::ordered_json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::optional<double> maybe_number(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional<double>(json.get<double>());
}

Json to_json(const Settings& settings) {
  Json json = Json::object();
  for (const Setting& setting : settings) {
    json[setting.key] = setting.value;
  }
  return json;
}

Settings settings_of(const Json& json) {
  Settings settings;
  for (const auto& [key, value] : json.items()) {
    settings.push_back({key, value.get<std::string>()});
  }
  return settings;
}

Json to_json(const std::vector<Variant>& variants) {
  Json json = Json::array();
  for (const Variant& variant : variants) {
    json.push_back({{"label", variant.label},
                    {"set", to_json(variant.set)},
                    {"reference", variant.reference}});
    if (!variant.published.empty()) {
      json.back()["published"] = Json::array();
      for (const std::optional<double>& value : variant.published) {
        json.back()["published"].push_back(number(value));
      }
    }
  }
  return json;
}

std::vector<Variant> variants_of(const Json& json) {
  std::vector<Variant> variants;
  for (const Json& one : json) {
    variants.push_back({.label = one.at("label").get<std::string>(),
                        .set = settings_of(one.at("set")),
                        .reference = one.at("reference").get<bool>()});
    for (const Json& value : one.value("published", Json::array())) {
      variants.back().published.push_back(maybe_number(value));
    }
  }
  return variants;
}

Json to_json(const Cell& cell) {
  Json json = {{"mean", number(cell.mean)},
               {"std", number(cell.std)},
               {"diverged", cell.diverged},
               {"best", cell.best},
               {"runs", Json::array()}};
  for (const CellRun& run : cell.runs) {
    json["runs"].push_back(
        {{"seed", run.seed}, {"value", number(run.value)}, {"folder", run.folder}});
  }
  if (!cell.tuned.empty()) {
    json["tuned"] = to_json(cell.tuned);
  }
  if (!cell.trials.empty()) {
    json["trials"] = Json::array();
    for (const Trial& trial : cell.trials) {
      json["trials"].push_back(
          {{"set", to_json(trial.set)}, {"value", number(trial.value)}, {"folder", trial.folder}});
    }
  }
  return json;
}

Cell cell_of(const Json& json, bool lower) {
  Cell cell;
  for (const Json& run : json.at("runs")) {
    cell.runs.push_back({.seed = run.at("seed").get<std::uint64_t>(),
                         .folder = run.at("folder").get<std::string>(),
                         .value = maybe_number(run.at("value"))});
  }
  for (const Json& trial : json.value("trials", Json::array())) {
    cell.trials.push_back({.set = settings_of(trial.at("set")),
                           .folder = trial.at("folder").get<std::string>(),
                           .value = maybe_number(trial.at("value"))});
  }
  cell.chosen = choose(cell.trials, lower);
  cell.tuned = settings_of(json.value("tuned", Json::object()));
  return cell;
}

Json to_json(const Comparison& comparison, const TimeToAccuracy& times) {
  Json json = {{"setting", comparison.settings[times.setting].label},
               {"metric", kRaceMetric},
               {"target", times.target},
               {"methods", Json::array()}};
  for (const TimeToAccuracy::Runner& runner : times.runners) {
    json["methods"].push_back({{"method", comparison.methods[runner.method].label},
                               {"steps", runner.steps},
                               {"virtual_s", number(runner.virtual_s)}});
  }
  return json;
}

// Index of the row or column with that label; past the end if there is none.
std::size_t place_of(const std::vector<Variant>& variants, const Json& label) {
  const auto found = std::find_if(variants.begin(), variants.end(), [&](const Variant& variant) {
    return variant.label == label.get<std::string>();
  });
  return static_cast<std::size_t>(found - variants.begin());
}

TimeToAccuracy time_to_accuracy_of(const Comparison& comparison, const Json& json) {
  TimeToAccuracy times{.setting = place_of(comparison.settings, json.at("setting")),
                       .target = json.at("target").get<double>()};
  for (const Json& one : json.at("methods")) {
    const std::size_t method = place_of(comparison.methods, one.at("method"));
    if (method < comparison.methods.size()) {
      times.runners.push_back({.method = method,
                               .steps = one.at("steps").get<double>(),
                               .virtual_s = maybe_number(one.at("virtual_s"))});
    }
  }
  return times;
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json(nullptr) : Json(text);
}

// Earlier versions tuned every cell by the metric of the table.
void read_tuning(const Json& json, Comparison& comparison) {
  const auto text = [&](const char* key) {
    const Json value = json.value(key, Json(nullptr));
    return value.is_string() ? value.get<std::string>() : std::string();
  };
  comparison.tuned_by = json.contains("tuned_by") ? text("tuned_by") : comparison.metric;
  comparison.tuned_in = text("tuned_in");
}

Comparison read(const Json& json) {
  Comparison comparison;
  comparison.name = json.at("name").get<std::string>();
  comparison.metric = json.at("metric").get<std::string>();
  read_tuning(json, comparison);
  comparison.best_evaluation = json.at("best").get<bool>();
  comparison.seeds = json.at("seeds").get<std::vector<std::uint64_t>>();
  comparison.methods = variants_of(json.at("methods"));
  comparison.settings = variants_of(json.at("settings"));
  comparison.command = json.at("command").get<std::string>();
  const Json& cells = json.at("cells");
  std::size_t next = 0;
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    std::vector<Cell> row;
    for (std::size_t s = 0; s < comparison.settings.size(); ++s) {
      row.push_back(cell_of(cells.at(next++), lower_is_better(comparison.metric)));
    }
    comparison.cells.push_back(std::move(row));
  }
  for (const Json& times : json.value("time_to_accuracy", Json::array())) {
    TimeToAccuracy read = time_to_accuracy_of(comparison, times);
    if (read.setting < comparison.settings.size()) {
      comparison.races.push_back(std::move(read));
    }
  }
  comparison.warnings = json.value("warnings", std::vector<std::string>{});
  summarize(comparison);
  return comparison;
}

}  // namespace

nlohmann::ordered_json to_json(const Comparison& comparison) {
  Json json = {{"schema", 1},
               {"name", comparison.name},
               {"metric", comparison.metric},
               {"tuned_by", text_or_null(comparison.tuned_by)},
               {"tuned_in", text_or_null(comparison.tuned_in)},
               {"lower_is_better", lower_is_better(comparison.metric)},
               {"best", comparison.best_evaluation},
               {"seeds", comparison.seeds},
               {"methods", to_json(comparison.methods)},
               {"settings", to_json(comparison.settings)},
               {"cells", Json::array()}};
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    for (std::size_t s = 0; s < comparison.settings.size(); ++s) {
      Json cell = {{"method", comparison.methods[m].label},
                   {"setting", comparison.settings[s].label}};
      cell.update(to_json(comparison.cells[m][s]));
      json["cells"].push_back(std::move(cell));
    }
  }
  if (!comparison.races.empty()) {
    json["time_to_accuracy"] = Json::array();
    for (const TimeToAccuracy& times : comparison.races) {
      json["time_to_accuracy"].push_back(to_json(comparison, times));
    }
  }
  json["warnings"] = comparison.warnings;
  json["command"] = comparison.command;
  json["versions"] = {{"murmur", std::string(version())}};
  return json;
}

Result<Comparison> comparison_from_json(const nlohmann::ordered_json& json) {
  try {
    if (json.at("schema").get<int>() != 1) {
      return Failure{FailureKind::kMismatch,
                     "schema " + json.at("schema").dump() + " of a newer murmur, this one knows 1"};
    }
    return read(json);
  } catch (const nlohmann::json::exception& error) {
    return Failure{FailureKind::kDamaged, error.what()};
  }
}

}  // namespace murmur::run
