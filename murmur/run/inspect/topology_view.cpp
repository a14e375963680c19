// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/inspect/topology_view.h"

#include <algorithm>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/config/document.h"
#include "murmur/run/config/table_reader.h"
#include "murmur/run/config/tables.h"
#include "murmur/run/text/names.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

using topology::Side;

constexpr Bounds kWorkers{1, (1 << 24) - 1, false, false, "an integer from 1 to 16777215"};

// --set rows=4 means topology.rows here; workers, seed and precision stay at the top.
std::string with_table(const std::string& assignment) {
  const std::string key = assignment.substr(0, assignment.find('='));
  const bool of_top = key == "workers" || key == "seed" || key == "precision";
  const bool placed = of_top || key.find('.') != std::string::npos || key == assignment;
  return placed ? assignment : "topology." + assignment;
}

void require_known(const std::string& name) {
  if (is_known("topology", name)) {
    return;
  }
  const auto known = kind_of("topology").names();
  const auto ours = value_synonym("topology", name);
  throw UserError(fmt::format(
      "there is no topology '{}'{} Known: {}",
      name,
      ours ? fmt::format("; it is called '{}' here.", *ours) : did_you_mean(name, known) + ".",
      join_names(known)));
}

Document document_of(const TopologyRequest& request) {
  Document document = parse_document("", "murmur topology");
  Overrides overrides{.set = {}, .seed = request.overrides.seed, .threads = {}};
  for (const std::string& assignment : request.overrides.set) {
    overrides.set.push_back(with_table(assignment));
  }
  apply_layer(document, parse_set({"topology.name=" + request.name}));
  apply_layer(document, environment_layer());
  apply_layer(document, command_line_layer(overrides));
  return document;
}

// The number of workers if the request gives none.
std::int64_t usual_workers(const topology::TopologyInfo& info, const OptionValues& options) {
  if (info.typical_workers > 0) {
    return info.typical_workers;
  }
  const Tables& weights = options.tables("weights");
  return weights.empty() ? 1 : std::max<std::int64_t>(1, std::ssize(weights.front()));
}

// Options without a default can only be given with --set here.
void require_options(TableReader& table, const topology::TopologyInfo& info) {
  const toml::node* name = table.node("name");
  if (name == nullptr || name->value<std::string>() != info.name) {
    throw UserError("the topology is the one named first; --set topology.name would be another");
  }
  table.has("seed");
  std::vector<std::string> keys;
  for (const OptionInfo& option : options_of(table, kind_of("topology"), info.name)) {
    keys.push_back(option.name);
  }
  table.expect(keys);
  table.finish(
      [&](const std::string& key) { return others_option(kind_of("topology"), info.name, key); });
  for (const OptionInfo& option : info.options) {
    if (option.required && !table.has(option.name)) {
      throw UserError(
          fmt::format("'{}' needs --set {}=...: {}", info.name, option.name, option.help));
    }
  }
}

TopologyConfig read_choice_and_seed(const Document& document,
                                    const std::string& name,
                                    std::uint64_t seed) {
  TableReader table(document, "topology");
  const Kind& kind = kind_of("topology");
  require_options(table, *topology::find_topology(name));
  TopologyConfig config{.choice = read_choice(table, kind), .seed = seed};
  config.seed = read_seed(table, seed);
  config.choice.place = "topology " + config.choice.name;
  return config;
}

void analyze(TopologyView& view) {
  const topology::Topology& graph = *view.graph;
  view.degrees = degrees_of(graph);
  view.rows_sum_to_one = !find_sum_defect(graph, Side::kRows);
  view.columns_sum_to_one = !find_sum_defect(graph, Side::kColumns);
  view.symmetric = is_symmetric(graph);
  view.connected = is_connected(graph);
  view.messages_per_step = messages_per_step(graph);
  if (graph.workers() <= kMostWorkersForSpectrum) {
    view.convergence = convergence_of(graph);
  }
}

// For a topology that varies: a period, up to a limit, or a few steps if it never repeats.
std::int64_t usual_steps(const topology::Topology& graph) {
  constexpr std::int64_t kMost = 8;
  constexpr std::int64_t kFew = 3;
  return graph.period() == 0 ? kFew : std::min(graph.period(), kMost);
}

}  // namespace

TopologyView view_topology(const TopologyRequest& request) {
  require_known(request.name);
  const Document document = document_of(request);
  TableReader top(document, "");
  for (const char* key : {"topology", "threads"}) {
    top.has(key);
  }
  const std::uint64_t seed = read_seed(top, 1);
  const std::string precision = top.text("precision", "single", {"single", "double"});
  TopologyView view;
  Config config;
  config.topology = read_choice_and_seed(document, request.name, seed);
  view.info = topology::find_topology(config.topology.choice.name);
  config.workers = request.workers.value_or(
      top.integer("workers", usual_workers(*view.info, config.topology.choice.options), kWorkers));
  top.finish();
  view.graph = make_graph(config);
  view.choice = config.topology.choice;
  view.seed = config.topology.seed;
  view.first_step = request.step;
  view.steps = request.steps.value_or(usual_steps(*view.graph));
  view.parameters = request.parameters;
  view.bytes_per_parameter = precision == "double" ? 8 : 4;
  analyze(view);
  return view;
}

}  // namespace murmur::run
