// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/variants.h"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/config/table_reader.h"
#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

// Refuses keys that the comparison itself sets in its runs.
void require_free(const toml::key& key, const std::string& path) {
  if (path == "seed") {
    fail_at(key.source(), "the seeds of a comparison are written once, as compare.seeds");
  }
  if (path == "compare" || path.starts_with("compare.")) {
    fail_at(key.source(), fmt::format("a run has no '{}'", path));
  }
}

// Nested tables and dotted keys mean the same: { a.b = 1 } and { "a.b" = 1 }.
void flatten(const toml::table& table, const std::string& prefix, toml::table& layer) {
  for (auto&& [key, value] : table) {
    const std::string path = prefix + std::string(key.str());
    require_free(key, path);
    if (value.is_table()) {
      flatten(*value.as_table(), path + ".", layer);
    } else if (layer.contains(path)) {
      fail_at(key.source(), fmt::format("'{}' is written twice", path));
    } else {
      const toml::source_region source = key.source();
      value.visit([&](const auto& node) {
        layer.insert_or_assign(toml::key(path, toml::source_region(source)), node);
      });
    }
  }
}

std::string joined(const Settings& settings) {
  std::string out;
  for (const Setting& setting : settings) {
    out += (out.empty() ? "" : ", ") + setting.key + " = " + setting.value;
  }
  return out;
}

void require_known_keys(const toml::table& table, const std::string& kind) {
  std::vector<std::string> known{"label", "set"};
  if (kind == "method") {
    known.emplace_back("reference");
    known.emplace_back("published");
    known.emplace_back("in");
  }
  for (auto&& [key, value] : table) {
    const std::string name(key.str());
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      fail_at(
          key.source(),
          fmt::format("[[compare.{}]] has no key '{}'{}; what it changes stands in `set`, as in "
                      "set = {{ \"data.alpha\" = 0.1 }}",
                      kind,
                      name,
                      did_you_mean(name, known)));
    }
  }
}

// Numbers, one per column; nan where nothing was published.
std::vector<std::optional<double>> read_published(const toml::node& node) {
  const auto refuse = [&] {
    fail_at(node.source(),
            "compare.method.published is a list of numbers in the unit of the metric, one per "
            "setting; nan where nothing was published");
  };
  std::vector<std::optional<double>> published;
  if (!node.is_array()) {
    refuse();
  }
  for (const toml::node& entry : *node.as_array()) {
    const auto value = entry.is_number() ? entry.value<double>() : std::nullopt;
    if (!value || std::isinf(*value)) {
      refuse();
    }
    published.push_back(std::isnan(*value) ? std::nullopt : value);
  }
  return published;
}

toml::table read_layer(const toml::node& node, const std::string& path) {
  if (!node.is_table()) {
    fail_at(node.source(), fmt::format("{} is a table, as in {{ \"data.alpha\" = 0.1 }}", path));
  }
  toml::table layer;
  flatten(*node.as_table(), "", layer);
  return layer;
}

// What a method sets in some settings only: a table per label of a setting.
std::map<std::string, toml::table> read_in(const toml::node& node) {
  if (!node.is_table()) {
    fail_at(node.source(),
            "compare.method.in is a table of tables by the labels of settings, as in "
            "in.\"alpha = 0.1\" = { \"algorithm.learning_rate\" = 0.05 }");
  }
  std::map<std::string, toml::table> in;
  for (auto&& [key, value] : *node.as_table()) {
    const std::string label(key.str());
    in.emplace(label, read_layer(value, fmt::format("compare.method.in.\"{}\"", label)));
  }
  return in;
}

PlannedVariant read_variant(const toml::table& table, const std::string& kind) {
  require_known_keys(table, kind);
  PlannedVariant planned;
  if (const toml::node* set = table.get("set")) {
    planned.layer = read_layer(*set, fmt::format("compare.{}.set", kind));
  }
  if (const toml::node* in = table.get("in")) {
    planned.in = read_in(*in);
  }
  planned.variant.set = settings_of(planned.layer);
  planned.variant.label = joined(planned.variant.set);
  if (const toml::node* label = table.get("label")) {
    planned.variant.label = label->value_or(std::string());
    if (!label->is_string() || planned.variant.label.empty()) {
      fail_at(label->source(), fmt::format("compare.{}.label is a text that is not empty", kind));
    }
  }
  if (planned.variant.label.empty()) {
    fail_at(table.source(), fmt::format("a [[compare.{}]] wants a label", kind));
  }
  if (const toml::node* reference = table.get("reference")) {
    if (!reference->is_boolean()) {
      fail_at(reference->source(), "compare.method.reference is true or false");
    }
    planned.variant.reference = reference->value_or(false);
  }
  if (const toml::node* published = table.get("published")) {
    planned.variant.published = read_published(*published);
  }
  return planned;
}

}  // namespace

std::vector<TableEntry> in_file_order(const toml::table& table) {
  std::vector<TableEntry> entries;
  for (auto&& [key, value] : table) {
    entries.push_back({&key, &value});
  }
  std::stable_sort(entries.begin(), entries.end(), [](const TableEntry& a, const TableEntry& b) {
    return a.key->source().begin < b.key->source().begin;
  });
  return entries;
}

std::vector<PlannedVariant> read_variants(const toml::node* node, const std::string& kind) {
  std::vector<PlannedVariant> variants;
  if (node == nullptr) {
    return variants;
  }
  if (!node->is_array_of_tables()) {
    fail_at(node->source(),
            fmt::format("compare.{0} is a list of tables; each begins with [[compare.{0}]]", kind));
  }
  for (const toml::node& entry : *node->as_array()) {
    PlannedVariant planned = read_variant(*entry.as_table(), kind);
    const auto same = [&](const PlannedVariant& other) {
      return other.variant.label == planned.variant.label;
    };
    if (std::any_of(variants.begin(), variants.end(), same)) {
      fail_at(entry.source(),
              fmt::format("two [[compare.{}]] have the label '{}'", kind, planned.variant.label));
    }
    variants.push_back(std::move(planned));
  }
  return variants;
}

std::vector<TunedKey> read_tuned(const toml::node* node) {
  std::vector<TunedKey> tuned;
  if (node == nullptr) {
    return tuned;
  }
  if (!node->is_table()) {
    fail_at(node->source(), "compare.tune is a table of lists, one per key");
  }
  toml::table lists;
  flatten(*node->as_table(), "", lists);
  for (const auto& [key, value] : in_file_order(lists)) {
    const toml::array* values = value->as_array();
    if (values == nullptr || values->empty()) {
      fail_at(key->source(),
              fmt::format("compare.tune wants a list of values to try for '{0}', as in "
                          "\"{0}\" = [0.05, 0.1]",
                          key->str()));
    }
    TunedKey one{.key = std::string(key->str())};
    for (const toml::node& choice : *values) {
      toml::table layer;
      choice.visit([&, &name = *key](const auto& item) { layer.insert_or_assign(name, item); });
      one.layers.push_back(std::move(layer));
    }
    tuned.push_back(std::move(one));
  }
  return tuned;
}

void require_published_everywhere(const std::vector<PlannedVariant>& settings,
                                  const std::vector<PlannedVariant>& methods) {
  for (const PlannedVariant& method : methods) {
    const std::size_t count = method.variant.published.size();
    if (count != 0 && count != settings.size()) {
      throw UserError(fmt::format(
          "compare.method '{}' has {} published numbers for {} settings; give one per setting, nan "
          "where nothing was published",
          method.variant.label,
          count,
          settings.size()));
    }
  }
}

void require_known_settings(const std::vector<PlannedVariant>& settings,
                            const std::vector<PlannedVariant>& methods) {
  std::vector<std::string> labels;
  for (const PlannedVariant& setting : settings) {
    labels.push_back(setting.variant.label);
  }
  for (const PlannedVariant& method : methods) {
    for (const auto& [label, layer] : method.in) {
      if (std::find(labels.begin(), labels.end(), label) == labels.end()) {
        throw UserError(
            fmt::format("compare.method '{}' has something for the setting '{}', which "
                        "is none{}. Settings: {}",
                        method.variant.label,
                        label,
                        did_you_mean(label, labels),
                        join_names(labels)));
      }
    }
  }
}

void require_disjoint(const std::vector<PlannedVariant>& settings,
                      const std::vector<PlannedVariant>& methods) {
  for (const PlannedVariant& method : methods) {
    for (auto&& [key, value] : method.layer) {
      for (const PlannedVariant& setting : settings) {
        if (setting.layer.contains(key.str())) {
          fail_at(key.source(),
                  fmt::format("'{}' is set by the method '{}' and by the setting '{}'; one of them "
                              "has to leave it to the other",
                              key.str(),
                              method.variant.label,
                              setting.variant.label));
        }
      }
    }
  }
}

}  // namespace murmur::run
