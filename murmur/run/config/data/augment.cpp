// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/data/augment.h"

#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/check.h"
#include "murmur/data/dataset.h"
#include "murmur/run/config/tables.h"
#include "murmur/run/text/names.h"
#include "murmur/run/text/option_text.h"

namespace murmur::run {
namespace {

std::vector<data::TransformChoice> usual_transforms(const std::string& dataset) {
  const data::DatasetInfo* info = data::find_dataset(dataset);
  MURMUR_CHECK(info != nullptr, "dataset '{}'", dataset);
  return data::default_transforms(info->usual_transforms);
}

// One transform of a list: its name, or a table with its name and options.
data::TransformChoice read_transform(const Document& document, const toml::node& node) {
  const std::string path = "data.augment";
  const Kind& kind = kind_of("augment");
  if (const toml::table* table = node.as_table()) {
    TableReader reader(document, *table, path);
    Choice choice = read_choice(reader, kind);
    return {std::move(choice.name), std::move(choice.options)};
  }
  const OptionInfo info{
      .name = "augment", .help = {}, .fallback = std::string(), .choices = kind.names()};
  const std::string name = std::get<std::string>(read_value(node, info, path));
  return {name, OptionValues(kind.find(name)->options)};
}

}  // namespace

std::vector<data::TransformChoice> read_augment(const Document& document,
                                                TableReader& table,
                                                const std::string& dataset) {
  const toml::node* node = table.node("augment");
  if (node == nullptr) {
    return {};
  }
  if (node->is_boolean()) {
    return *node->value<bool>() ? usual_transforms(dataset) : std::vector<data::TransformChoice>();
  }
  if (!node->is_array()) {
    table.fail("augment",
               fmt::format("data.augment must be true, false or a list, as in [\"flip\", {{ name = "
                           "\"crop\", padding = 4 }}]. Known: {}",
                           join_names(kind_of("augment").names())));
  }
  std::vector<data::TransformChoice> choices;
  for (const toml::node& element : *node->as_array()) {
    choices.push_back(read_transform(document, element));
  }
  return choices;
}

std::string augment_toml(const DataConfig& data) {
  if (data.augment.empty()) {
    return "false";
  }
  if (data.augment == usual_transforms(data.dataset.name)) {
    return "true";
  }
  std::vector<std::string> texts;
  for (const data::TransformChoice& choice : data.augment) {
    std::string options;
    for (const auto& [key, value] : choice.options.all()) {
      options += fmt::format(", {} = {}", key, value_toml(value));
    }
    const std::string name = value_toml(choice.name);
    texts.push_back(options.empty() ? name : fmt::format("{{ name = {}{} }}", name, options));
  }
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace murmur::run
