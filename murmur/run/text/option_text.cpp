// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/text/option_text.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/run/text/names.h"
#include "murmur/topology/count_or_list.h"

namespace murmur::run {
namespace {

struct TypeText {
  std::string operator()(bool) const { return "true or false"; }
  std::string operator()(std::int64_t) const { return "integer"; }
  std::string operator()(double) const { return "number"; }
  std::string operator()(const std::string&) const { return "text"; }
  std::string operator()(const std::vector<std::int64_t>&) const { return "list of integers"; }
  std::string operator()(const std::vector<double>&) const { return "list of numbers"; }
  std::string operator()(const Table&) const { return "list of rows of numbers"; }
  std::string operator()(const Tables&) const { return "list of matrices"; }
};

struct TomlText {
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(double value) const {
    const std::string text = fmt::format("{}", value);  // the shortest that reads back the same
    return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
  }
  std::string operator()(const std::string& value) const {
    const auto replace = nlohmann::json::error_handler_t::replace;
    return nlohmann::json(value).dump(-1, ' ', false, replace);
  }
  template <class T>
  std::string operator()(const std::vector<T>& values) const {
    std::vector<std::string> texts;
    for (const T& value : values) {
      texts.push_back((*this)(value));
    }
    return fmt::format("[{}]", fmt::join(texts, ", "));
  }
};

bool is_numeric(const OptionInfo& option) {
  return !std::holds_alternative<bool>(option.fallback) &&
         !std::holds_alternative<std::string>(option.fallback);
}

}  // namespace

std::string type_text(const OptionInfo& option) {
  if (option.length == kCountOrList) {
    return "integer or list of integers";
  }
  return std::visit(TypeText{}, option.fallback);
}

std::string bounds_text(const OptionInfo& option) {
  if (!option.choices.empty()) {
    return join_names(option.choices);
  }
  const bool bounded = is_numeric(option) && option.bounds.text != kAnyNumber.text;
  return bounded ? std::string(option.bounds.text) : std::string();
}

nlohmann::ordered_json value_json(const OptionValue& value) {
  return std::visit([](const auto& of_type) { return nlohmann::ordered_json(of_type); }, value);
}

std::string value_toml(const OptionValue& value) {
  return std::visit(TomlText{}, value);
}

std::string describe(const OptionInfo& option) {
  const std::string bounds = bounds_text(option);
  const std::string allowed = option.choices.empty() ? bounds : "one of: " + bounds;
  return fmt::format("{:<22} {} ({})",
                     option.required ? "required" : "= " + value_toml(option.fallback),
                     option.help,
                     allowed.empty() ? type_text(option) : allowed);
}

}  // namespace murmur::run
