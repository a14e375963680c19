// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/plan.h"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/compare/variants.h"
#include "murmur/run/config/table_reader.h"
#include "murmur/run/records/words.h"
#include "murmur/run/text/html.h"
#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

constexpr std::string_view kCompare = "compare.";
constexpr Bounds kSeedBounds{0, 9.3e18, false, false, "an integer, 0 or more"};

// Moves the keys of [compare] out of a layer and returns them.
toml::table take_compare_keys(toml::table& layer) {
  toml::table taken;
  for (auto it = layer.begin(); it != layer.end();) {
    if (it->first.str().starts_with(kCompare)) {
      it->second.visit([&](const auto& node) { taken.insert_or_assign(it->first, node); });
      it = layer.erase(it);
    } else {
      ++it;
    }
  }
  return taken;
}

std::uint64_t seed_of(const toml::node& node) {
  const OptionInfo info{
      .name = "seed", .help = {}, .fallback = std::int64_t{0}, .bounds = kSeedBounds};
  return static_cast<std::uint64_t>(std::get<std::int64_t>(read_value(node, info, "seed")));
}

std::vector<std::uint64_t> read_seeds(TableReader& compare, const Document& base) {
  std::vector<std::uint64_t> seeds;
  for (const std::int64_t seed : compare.integers("seeds", kSeedBounds)) {
    seeds.push_back(static_cast<std::uint64_t>(seed));
    if (std::count(seeds.begin(), seeds.end(), seeds.back()) > 1) {
      compare.fail("seeds", fmt::format("compare.seeds names {} twice", seed));
    }
  }
  if (compare.has("seeds") && seeds.empty()) {
    compare.fail("seeds", "compare.seeds is empty; it wants at least one seed, as in [1, 2, 3]");
  }
  if (seeds.empty()) {
    const toml::node* seed = base.root.get("seed");
    seeds.push_back(seed == nullptr ? 1 : seed_of(*seed));
  }
  return seeds;
}

std::string read_metric(TableReader& compare) {
  const std::string metric = compare.text("metric", "", {});
  if (!compare.has("metric")) {
    return metric;
  }
  const std::vector<std::string> known = known_metrics();
  if (std::find(known.begin(), known.end(), metric) == known.end()) {
    compare.fail("metric",
                 fmt::format("there is no metric '{}'{}. Known: {}",
                             metric,
                             did_you_mean(metric, known),
                             join_names(known)));
  }
  return metric;
}

// Index of the column with that label.
std::size_t setting_called(const std::string& label, const Plan& plan, TableReader& compare) {
  std::vector<std::string> labels;
  for (const PlannedVariant& setting : plan.settings) {
    labels.push_back(setting.variant.label);
  }
  const auto found = std::find(labels.begin(), labels.end(), label);
  if (found == labels.end()) {
    compare.fail("tune_in",
                 fmt::format("compare.tune_in = '{}' is no label of a [[compare.setting]]{}. "
                             "Settings: {}",
                             label,
                             did_you_mean(label, labels),
                             join_names(labels)));
  }
  if (plan.tune.empty()) {
    compare.fail("tune_in", "compare.tune_in has nothing to choose: there is no [compare.tune]");
  }
  return static_cast<std::size_t>(found - labels.begin());
}

void read_compare(const Document& document, Plan& plan) {
  TableReader compare(document, "compare");
  if (!compare.present()) {
    throw UserError(fmt::format(
        "{} has no [compare] table, so there is nothing to compare: `murmur train` runs it as it "
        "is; [[compare.method]] makes the rows of a table and [[compare.setting]] its columns",
        document.file));
  }
  const toml::node* methods = compare.node("method");
  const toml::node* settings = compare.node("setting");
  const toml::node* tune = compare.node("tune");
  compare.has("seeds");
  compare.has("metric");
  const std::string tune_in = compare.text("tune_in", "", {});
  plan.best_evaluation = compare.flag("best", false);
  compare.finish();
  plan.metric = read_metric(compare);
  plan.seeds = read_seeds(compare, plan.base);
  plan.methods = read_variants(methods, "method");
  plan.settings = read_variants(settings, "setting");
  require_disjoint(plan.settings, plan.methods);
  plan.tune = read_tuned(tune);
  if (compare.has("tune_in")) {
    plan.tune_in = setting_called(tune_in, plan, compare);
  }
}

// Without rows or columns in [compare], the file as it is makes a single one.
void complete(Plan& plan) {
  const auto text_at = [&](const char* table, const char* key) {
    return plan.base.root[table][key].value_or(std::string(table));
  };
  if (plan.methods.empty()) {
    plan.methods.push_back({.variant = {.label = text_at("algorithm", "name")}});
  }
  if (plan.settings.empty()) {
    plan.settings.push_back({.variant = {.label = text_at("topology", "name")}});
  }
}

// A value as TOML; numbers in the shortest form that reads back as the same value.
std::string toml_text(const toml::node& node) {
  if (const toml::array* array = node.as_array()) {
    std::vector<std::string> items;
    for (const toml::node& item : *array) {
      items.push_back(toml_text(item));
    }
    return fmt::format("[{}]", fmt::join(items, ", "));
  }
  if (const auto number = node.as_floating_point()) {
    const std::string text = fmt::format("{}", number->get());
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  std::ostringstream text;
  node.visit([&](const auto& value) { text << value; });
  return std::move(text).str();
}

// A valid name of a folder, whatever the labels are.
std::string run_name(const Plan& plan, const CellPoint& point) {
  std::string name = shortened(
      plan.methods[point.method].variant.label + ", " + plan.settings[point.setting].variant.label,
      40);
  for (char& c : name) {
    if (c == '/' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      c = '-';
    }
  }
  return name.front() == '.' ? "-" + name : name;
}

}  // namespace

Plan read_plan(const std::filesystem::path& file, const Overrides& overrides) {
  Document document = read_document(file);
  Plan plan;
  plan.environment = environment_layer();
  plan.command_line = command_line_layer(overrides);
  apply_layer(document, take_compare_keys(plan.command_line));
  plan.base = document;
  plan.base.root.erase("compare");
  read_compare(document, plan);
  for (const toml::table* layer : {&plan.environment, &plan.command_line}) {
    if (const toml::node* seed = layer->get("seed")) {
      plan.seeds = {seed_of(*seed)};
    }
  }
  plan.environment.erase("seed");
  plan.command_line.erase("seed");
  std::erase_if(plan.tune,
                [&](const TunedKey& tuned) { return plan.command_line.contains(tuned.key); });
  complete(plan);
  require_published_everywhere(plan.settings, plan.methods);
  require_known_settings(plan.settings, plan.methods);
  plan.name = plan.base.root["name"].value_or(file.stem().string());
  if (const auto name = plan.command_line["name"].value<std::string>()) {
    plan.name = *name;
  }
  return plan;
}

std::vector<toml::table> tuning_points(const Plan& plan) {
  std::vector<toml::table> points(1);
  for (const TunedKey& tuned : plan.tune) {
    std::vector<toml::table> product;
    for (const toml::table& point : points) {
      for (const toml::table& layer : tuned.layers) {
        toml::table next = point;
        for (auto&& [key, value] : layer) {
          value.visit([&, &name = key](const auto& node) { next.insert_or_assign(name, node); });
        }
        product.push_back(std::move(next));
      }
    }
    points = std::move(product);
  }
  return points;
}

Settings settings_of(const toml::table& layer) {
  Settings settings;
  for (const TableEntry& entry : in_file_order(layer)) {
    settings.push_back({std::string(entry.key->str()), toml_text(*entry.value)});
  }
  return settings;
}

Config cell_config(const Plan& plan, const CellPoint& point, const toml::table& tuned) {
  Document document = plan.base;
  apply_layer(document, plan.settings[point.setting].layer);
  const PlannedVariant& method = plan.methods[point.method];
  apply_layer(document, method.layer);
  const auto here = method.in.find(plan.settings[point.setting].variant.label);
  if (here != method.in.end()) {
    apply_layer(document, here->second);
  }
  apply_layer(document, tuned);
  apply_layer(document, plan.environment);
  apply_layer(document, plan.command_line);
  toml::table seed;
  seed.insert_or_assign("seed", static_cast<std::int64_t>(point.seed));
  apply_layer(document, seed);
  Config config = read_config(document, Purpose::kTrain);
  config.name = run_name(plan, point);
  return config;
}

}  // namespace murmur::run
