// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/data/validation.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/run/text/option_text.h"

namespace murmur::run {
namespace {

constexpr const char* kKey = "validation";

}  // namespace

data::ValidationSettings read_validation(TableReader& table) {
  constexpr Bounds kShare{0, 1, true, true, "a number between 0 and 1"};
  const toml::node* node = table.node(kKey);
  if (node == nullptr) {
    return {};
  }
  if (node->is_number()) {
    return {.share = table.number(kKey, 0, kShare)};
  }
  const auto refuse = [&] {
    table.fail(kKey,
               "data.validation must be a share of the training examples, as in 0.1, or the name "
               "of a part of the dataset that has files of its own, as in \"valid\", or a list of "
               "such names");
  };
  std::vector<std::string> names;
  const auto add = [&](const toml::node& name) {
    if (!name.is_string() || name.value_or(std::string()).empty()) {
      refuse();
    }
    names.push_back(*name.value<std::string>());
  };
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& name : *list) {
      add(name);
    }
  } else {
    add(*node);
  }
  if (names.empty()) {
    refuse();
  }
  return {.names = std::move(names)};
}

std::string validation_toml(const data::ValidationSettings& settings) {
  if (settings.names.empty()) {
    return value_toml(settings.share);
  }
  std::vector<std::string> texts;
  for (const std::string& name : settings.names) {
    texts.push_back(value_toml(name));
  }
  return texts.size() == 1 ? texts.front() : fmt::format("[{}]", fmt::join(texts, ", "));
}

}  // namespace murmur::run
