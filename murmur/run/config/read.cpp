// SPDX-License-Identifier: Apache-2.0
// Converts a document to a Config: the tables of both commands, and which tables a command has.
#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/core/check.h"
#include "murmur/core/error.h"
#include "murmur/run/config/catalog.h"
#include "murmur/run/config/tables.h"
#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

constexpr Bounds kWorkers{1, (1 << 24) - 1, false, false, "an integer from 1 to 16777215"};
constexpr Bounds kThreads{1, 4096, false, false, "an integer from 1 to 4096"};
constexpr Bounds kSeed{0, 9.3e18, false, false, "an integer, 0 or more"};
constexpr std::int64_t kSchema = 1;

struct MisplacedKey {
  std::string_view key;
  std::string_view place;
};

// Keys of tables that are often written at the top level by mistake.
constexpr std::array kMisplacedKeys{MisplacedKey{"learning_rate", "algorithm.learning_rate"},
                                    MisplacedKey{"weight_decay", "algorithm.weight_decay"},
                                    MisplacedKey{"momentum", "algorithm.momentum"},
                                    MisplacedKey{"batch_size", "data.batch_size"},
                                    MisplacedKey{"partition", "data.partition"},
                                    MisplacedKey{"alpha", "data.alpha"},
                                    MisplacedKey{"accumulate", "gradient.accumulate"},
                                    MisplacedKey{"sharpness", "gradient.sharpness"},
                                    MisplacedKey{"clip_norm", "gradient.clip_norm"},
                                    MisplacedKey{"epochs", "schedule.epochs"},
                                    MisplacedKey{"steps", "schedule.steps"}};

// A hint for an unknown key at the top level: where it belongs. Empty: not known.
std::string belongs(const std::string& key, Purpose purpose) {
  const std::vector<std::string> of_train{
      "data", "model", "loss", "schedule", "evaluation", "checkpoint", "processes", "cluster"};
  if (purpose == Purpose::kSolve &&
      (std::find(of_train.begin(), of_train.end(), key) != of_train.end() || key == "output")) {
    return fmt::format("[{}] is not for `murmur solve`{}",
                       key,
                       key == "schedule" ? ": write `steps` and a list of learning rates" : "");
  }
  if (purpose == Purpose::kTrain && key == "problem") {
    return "[problem] is for `murmur solve`; `murmur train` takes [data] and [model]";
  }
  if (purpose == Purpose::kOwnTask && (key == "data" || key == "model" || key == "loss")) {
    return fmt::format("[{}] is of tasks by name; this one is brought by the program", key);
  }
  if (key == "compare") {
    return "[compare] is for `murmur compare`";
  }
  const auto found = std::find_if(kMisplacedKeys.begin(),
                                  kMisplacedKeys.end(),
                                  [&](const MisplacedKey& k) { return k.key == key; });
  return found == kMisplacedKeys.end() ? std::string() : fmt::format("write {}", found->place);
}

bool is_file_name(const std::string& name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](unsigned char c) {
    return c == '/' || c == '\\' || std::iscntrl(c) != 0;
  });
  return plain && !name.empty() && name.size() <= 128 && name.front() != '.';
}

void expect_tables(TableReader& top, Purpose purpose) {
  top.expect({"topology", "algorithm", "gradient", "compression", "outer", "participation"});
  if (purpose == Purpose::kSolve) {
    top.expect({"problem"});
    return;
  }
  top.expect({"schedule", "evaluation", "checkpoint", "output", "processes", "cluster"});
  if (purpose == Purpose::kTrain) {
    top.expect({"data", "model", "loss"});
  }
}

void read_top(const Document& document, Config& config) {
  TableReader top(document, "");
  const bool solve = config.purpose == Purpose::kSolve;
  expect_tables(top, config.purpose);
  const std::int64_t schema = top.integer("schema", kSchema, kIndex);
  if (schema != kSchema) {
    top.fail("schema",
             fmt::format("schema {} is not known; this program reads {}", schema, kSchema));
  }
  const std::string stem = std::filesystem::path(document.file).stem().string();
  config.name = top.text("name", stem, {});
  if (!is_file_name(config.name)) {
    top.fail("name",
             fmt::format("name '{}' must be usable for a folder: 1 to 128 characters, no slash, no "
                         "dot in front",
                         config.name));
  }
  config.seed = static_cast<std::uint64_t>(top.integer("seed", 1, kSeed));
  config.threads = top.maybe_integer("threads", kThreads);
  if (config.purpose == Purpose::kTrain) {
    config.matmul = top.text("matmul", config.matmul, {"auto", "onednn", "torch"});
  }
  const std::string precision =
      top.text("precision", solve ? "double" : "single", {"single", "double"});
  config.precision = precision == "single" ? Precision::kSingle : Precision::kDouble;
  // Unknown keys are reported before missing ones: a misspelled key is both.
  top.has("workers");
  if (solve) {
    top.has("steps");
  }
  top.finish([&](const std::string& key) { return belongs(key, config.purpose); });
  const auto required = [&](const std::string& key, const Bounds& bounds) {
    return std::get<std::int64_t>(
        top.required({.name = key, .help = {}, .fallback = std::int64_t{0}, .bounds = bounds}));
  };
  config.workers = required("workers", kWorkers);
  if (solve) {
    config.steps = required("steps", kIndex);
  }
}

AlgorithmConfig read_algorithm(const Document& document, Purpose purpose) {
  TableReader table(document, "algorithm");
  AlgorithmConfig algorithm;
  const Kind& kind = kind_of("algorithm");
  table.has("learning_rate");
  table.has("weight_decay");
  table.has("decay");
  table.has("group");
  algorithm.choice = read_choice(table, kind);
  algorithm.weight_decay = table.number("weight_decay", 0, kNonNegative);
  algorithm.decay = table.text("decay", algorithm.decay, {"all", "matrices"});
  algorithm.groups = read_groups(table);
  const toml::node* rate = table.node("learning_rate");
  if (purpose == Purpose::kOwnTask && rate == nullptr) {
    return algorithm;  // the program says it
  }
  if (purpose != Purpose::kSolve && rate != nullptr && rate->is_array()) {
    table.fail("learning_rate",
               "algorithm.learning_rate is one number here; a list of rates is for `murmur solve`, "
               "and [schedule] changes the rate of a training run");
  }
  if (rate != nullptr && rate->is_array()) {
    algorithm.learning_rate = table.numbers("learning_rate", kNonNegative);
  } else {
    algorithm.learning_rate = {std::get<double>(table.required(
        {.name = "learning_rate", .help = {}, .fallback = 0.0, .bounds = kPositive}))};
  }
  if (algorithm.learning_rate.empty()) {
    table.fail("learning_rate", "algorithm.learning_rate must not be an empty list");
  }
  return algorithm;
}

// [topology] may be missing only if the algorithm does not mix; the graph is then a complete one.
TopologyConfig read_topology(const Document& document, const Config& config) {
  TableReader table(document, "topology");
  const Kind& kind = kind_of("topology");
  TopologyConfig topology{.choice = {}, .seed = config.seed};
  if (!table.present()) {
    const auto* algorithm = algorithms::find_algorithm(config.algorithm.choice.name);
    MURMUR_CHECK(algorithm != nullptr, "algorithm '{}'", config.algorithm.choice.name);
    if (algorithm->program<double>(config.algorithm.choice.options).mixes()) {
      table.fail("name",
                 fmt::format("[topology] is missing: '{}' mixes with neighbors. Known: {}",
                             algorithm->name,
                             join_names(kind.names())));
    }
    topology.choice = {"complete", OptionValues(kind.find("complete")->options), document.file};
    return topology;
  }
  table.has("seed");
  topology.choice = read_choice(table, kind);
  topology.seed = read_seed(table, config.seed);
  return topology;
}

std::vector<std::string> written_in(const toml::table& root) {
  std::vector<std::string> paths;
  for (const auto& [name, node] : root) {
    paths.emplace_back(name.str());
    if (const toml::table* table = node.as_table()) {
      for (const auto& [key, value] : *table) {
        paths.push_back(fmt::format("{}.{}", name.str(), key.str()));
      }
    }
  }
  return paths;
}

Choice read_problem(const Document& document) {
  TableReader table(document, "problem");
  return read_choice(table, kind_of("problem"));
}

}  // namespace

std::string others_option(const Kind& kind, const std::string& name, const std::string& key) {
  const std::vector<std::string> others = having(kind, key);
  return others.empty()
             ? std::string()
             : fmt::format(
                   "'{}' does not have it; it is an option of {}", name, join_names(others));
}

std::uint64_t read_seed(TableReader& table, std::uint64_t fallback) {
  const auto signed_fallback = static_cast<std::int64_t>(fallback);
  return static_cast<std::uint64_t>(table.integer("seed", signed_fallback, kSeed));
}

// A topology that is made of another one, which its key `graph` names, takes that one's options but
// for the weights.
std::vector<OptionInfo> options_of(TableReader& table, const Kind& kind, const std::string& name) {
  std::vector<OptionInfo> options = kind.find(name)->options;
  const auto has = [&](std::string_view option) {
    return std::any_of(
        options.begin(), options.end(), [&](const OptionInfo& o) { return o.name == option; });
  };
  const toml::node* const node = has("graph") ? table.node("graph") : nullptr;
  const Entry* const graph =
      node != nullptr && node->is_string() ? kind.find(*node->value<std::string>()) : nullptr;
  for (const OptionInfo& option : graph == nullptr ? std::vector<OptionInfo>() : graph->options) {
    if (!has(option.name) && option.name != "weighting" && option.name != "lazy") {
      options.push_back(option);
    }
  }
  return options;
}

std::string read_name(TableReader& table, const Kind& kind) {
  if (!table.has("name")) {
    table.expect(keys_of_all(kind.table));
    table.finish();
  }
  const std::string name = table.required_text("name", kind.names());
  std::vector<std::string> keys;
  for (const OptionInfo& option : options_of(table, kind, name)) {
    keys.push_back(option.name);
  }
  table.expect(keys);
  table.finish([&](const std::string& key) { return others_option(kind, name, key); });
  return name;
}

Choice read_choice(TableReader& table, const Kind& kind) {
  Choice choice;
  choice.name = read_name(table, kind);
  choice.place = table.place();
  choice.options = table.options(options_of(table, kind, choice.name));
  return choice;
}

Config read_config(const Document& document, Purpose purpose) {
  Config config;
  config.purpose = purpose;
  config.written = written_in(document.root);
  read_top(document, config);
  config.algorithm = read_algorithm(document, purpose);
  config.gradient = read_gradient(document);
  config.outer = read_outer(document, purpose);
  config.compression = read_compression(document, config);
  settle_form(document, config);
  config.participation = read_participation(document, config);
  config.topology = read_topology(document, config);
  if (purpose == Purpose::kSolve) {
    config.problem = read_problem(document);
  } else {
    read_training(document, config);
  }
  return config;
}

Purpose purpose_of_run(const Document& document) {
  const bool by_name = document.root.contains("data") || document.root.contains("model");
  return by_name ? Purpose::kTrain : Purpose::kOwnTask;
}

Config load_config(const std::filesystem::path& file, Purpose purpose, const Overrides& overrides) {
  Document document = read_document(file);
  apply_layer(document, environment_layer());
  apply_layer(document, command_line_layer(overrides));
  return read_config(document, purpose);
}

}  // namespace murmur::run
