// SPDX-License-Identifier: Apache-2.0
#include "murmur/library/configuration.h"

#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <murmur/task.h>
#include <toml++/toml.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/core/error.h"
#include "murmur/run/config/document.h"

namespace murmur::library {
namespace {

constexpr const char* kDefaultAlgorithm = "qg-dsgdm-n";
constexpr const char* kDefaultTopology = "ring";
constexpr const char* kNoFile = "options";  // also the name of the run

run::Assignment assignment(const std::string& key, const std::string& value) {
  return {key, value, fmt::format("options.set(\"{}\", \"{}\")", key, value)};
}

std::vector<run::Assignment> assignments_of(const Options& options) {
  std::vector<run::Assignment> all;
  const auto number = [&](const char* key, const std::optional<std::int64_t>& value) {
    if (value) {
      all.push_back({key, std::to_string(*value), fmt::format("options.{} = {}", key, *value)});
    }
  };
  const auto name = [&](const char* table, const std::string& value) {
    if (!value.empty()) {
      all.push_back(
          {fmt::format("{}.name", table), value, fmt::format("options.{} = \"{}\"", table, value)});
    }
  };
  number("workers", options.workers);
  number("threads", options.threads);
  number("seed", options.seed);
  name("algorithm", options.algorithm);
  name("topology", options.topology);
  name("outer", options.outer);
  for (const auto& [key, value] : options.keys) {
    all.push_back(assignment(key, value));
  }
  return all;
}

// A setting that is nowhere given, as if the file had it.
void put_default(run::Document& document, const std::string& key, const std::string& value) {
  run::apply_layer(document, run::parse_assignments({{key, value, "options." + key}}));
}

// By default the algorithm is the one of the first paper, on a ring if it mixes.
void add_defaults(run::Document& document) {
  if (!document.root.contains("algorithm") || !document.root["algorithm"]["name"]) {
    put_default(document, "algorithm.name", kDefaultAlgorithm);
  }
  if (document.root.contains("topology")) {
    return;
  }
  const auto name = document.root["algorithm"]["name"].value_or(std::string());
  const auto* algorithm = algorithms::find_algorithm(name);
  if (algorithm != nullptr &&
      algorithm->program<double>(OptionValues(algorithm->options)).mixes()) {
    put_default(document, "topology.name", kDefaultTopology);
  }
}

const char* name_of(run::Precision precision) {
  return precision == run::Precision::kSingle ? "single" : "double";
}

}  // namespace

run::Config with_buffers(run::Config config, bool average) {
  if (average) {  // as a model by name says it
    config.model.options.set("statistics", std::string("average"));
    config.model.place = "average_buffers";
  }
  return config;
}

run::Config config_of(const Options& options,
                      std::optional<run::Purpose> purpose,
                      std::optional<run::Precision> precision,
                      std::optional<std::int64_t> workers) {
  run::Document document =
      run::parse_document(options.text, options.file.empty() ? kNoFile : options.file);
  run::apply_layer(document, run::parse_assignments(assignments_of(options)));
  add_defaults(document);
  if (workers && !document.root.contains("workers")) {
    put_default(document, "workers", std::to_string(*workers));
  }
  if (precision && !document.root.contains("precision")) {
    put_default(document, "precision", name_of(*precision));
  }
  run::Config config = run::read_config(document, purpose.value_or(run::purpose_of_run(document)));
  if (precision && config.precision != *precision) {
    throw UserError(fmt::format(
        "precision = \"{}\", but this simulation computes in \"{}\"; {} computes in the other",
        name_of(config.precision),
        name_of(*precision),
        *precision == run::Precision::kSingle ? "DoubleSimulation" : "Simulation"));
  }
  return config;
}

double rate_of(const run::Config& config,
               const std::optional<run::Schedule>& schedule,
               std::int64_t step) {
  if (schedule) {
    return schedule->rate(step);
  }
  if (config.algorithm.learning_rate.empty()) {
    throw Error("there is no rate: step(lr) takes one, or set algorithm.learning_rate");
  }
  return config.algorithm.learning_rate.front();
}

}  // namespace murmur::library
