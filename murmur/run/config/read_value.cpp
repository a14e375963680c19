// SPDX-License-Identifier: Apache-2.0
// Converts a TOML node to an option's value and checks its type, bounds and choices.
#include <algorithm>
#include <sstream>

#include <fmt/format.h>

#include "murmur/run/config/table_reader.h"
#include "murmur/run/text/names.h"
#include "murmur/topology/count_or_list.h"

namespace murmur::run {
namespace {

struct Reading {
  const toml::node& node;
  const OptionInfo& info;
  const std::string& path;
  const toml::source_region& key;

  [[noreturn]] void fail_here(const toml::node& at, const std::string& message) const {
    fail_at(at.source().path != nullptr ? at.source() : key, message);
  }
  [[noreturn]] void fail(const toml::node& at, const std::string& wanted) const {
    std::ostringstream given;
    at.visit([&](const auto& value) { given << value; });
    std::string shown = given.str();
    constexpr std::size_t kMost = 60;
    if (shown.size() > kMost) {
      shown = shown.substr(0, kMost) + "...";
    }
    fail_here(at, fmt::format("{} must be {}, not {}", path, wanted, shown));
  }

  std::string wanted(const std::string& type) const {
    return info.bounds.text == kAnyNumber.text ? type : std::string(info.bounds.text);
  }
  std::string wanted_list(const std::string& of) const {
    const bool fixed = info.length > 0 && info.length != kCountOrList;
    const std::string count = fixed ? fmt::format("{} ", info.length) : "";
    return fmt::format(
        "{}a list of {}{}{}",
        info.length == kCountOrList ? "a number, or " : "",
        count,
        of,
        info.bounds.text == kAnyNumber.text ? "" : fmt::format(", each {}", info.bounds.text));
  }

  double number(const toml::node& at, const std::string& what) const {
    const auto value = at.is_number() ? at.value<double>() : std::nullopt;
    if (!value || !info.bounds.contains(*value)) {
      fail(at, what);
    }
    return *value;
  }
  std::int64_t integer(const toml::node& at, const std::string& what) const {
    const auto value = at.is_integer() ? at.value_exact<std::int64_t>() : std::nullopt;
    if (!value || !info.bounds.contains(static_cast<double>(*value))) {
      fail(at, what);
    }
    return *value;
  }
  std::vector<double> numbers(const toml::node& at, const std::string& what) const {
    if (!at.is_array()) {
      fail(at, what);
    }
    std::vector<double> values;
    for (const toml::node& element : *at.as_array()) {
      values.push_back(number(element, what));
    }
    return values;
  }

  bool operator()(bool) const {
    if (!node.is_boolean()) {
      fail(node, "true or false");
    }
    return *node.value<bool>();
  }
  std::int64_t operator()(std::int64_t) const { return integer(node, wanted("an integer")); }
  double operator()(double) const { return number(node, wanted("a finite number")); }

  std::string operator()(const std::string&) const {
    if (!node.is_string()) {
      fail(node, info.choices.empty() ? "a text" : "one of " + join_names(info.choices));
    }
    const std::string given = *node.value<std::string>();
    require_choice(given);
    return given;
  }
  void require_choice(const std::string& given) const {
    if (info.choices.empty() ||
        std::find(info.choices.begin(), info.choices.end(), given) != info.choices.end()) {
      return;
    }
    const auto ours = value_synonym(info.name, given);
    const std::string hint =
        ours ? fmt::format("; it is called '{}' here", *ours) : did_you_mean(given, info.choices);
    fail_here(node,
              fmt::format(
                  "{} cannot be '{}'{}. Allowed: {}", path, given, hint, join_names(info.choices)));
  }

  std::vector<std::int64_t> operator()(const std::vector<std::int64_t>&) const {
    const std::string what = wanted_list("integers");
    std::vector<std::int64_t> values;
    if (node.is_integer() && info.length == kCountOrList) {
      values.resize(static_cast<std::size_t>(integer(node, wanted("an integer"))), 0);
      return values;
    }
    if (node.is_integer() && info.length == 0) {
      values.push_back(integer(node, what));
      return values;
    }
    if (!node.is_array()) {
      fail(node, what);
    }
    for (const toml::node& element : *node.as_array()) {
      values.push_back(integer(element, what));
    }
    require_length(values.size(), what);
    return values;
  }
  std::vector<double> operator()(const std::vector<double>&) const {
    const std::string what = wanted_list("numbers");
    if (node.is_number() && info.length == 0) {
      return {number(node, what)};
    }
    const std::vector<double> values = numbers(node, what);
    require_length(values.size(), what);
    return values;
  }
  void require_length(std::size_t size, const std::string& what) const {
    if (info.length != 0 && info.length != kCountOrList && size != info.length) {
      fail(node, what);
    }
  }

  Table table(const toml::node& at, const std::string& what) const {
    if (!at.is_array()) {
      fail(at, what);
    }
    const toml::array& rows = *at.as_array();
    Table table;
    if (!rows.empty() && rows.front().is_number()) {
      table.push_back(numbers(at, what));
      return table;
    }
    for (const toml::node& row : rows) {
      table.push_back(numbers(row, what));
    }
    return table;
  }
  Table operator()(const Table&) const {
    return table(node, "a list of numbers, or a list of such rows");
  }
  Tables operator()(const Tables&) const {
    const std::string what = "a list of rows of numbers, or a list of such matrices";
    const toml::array* list = node.as_array();
    const toml::array* first =
        list == nullptr || list->empty() ? nullptr : list->front().as_array();
    if (first == nullptr) {
      fail(node, what);
    }
    if (first->empty() || !first->front().is_array()) {
      return {table(node, what)};
    }
    Tables tables;
    for (const toml::node& matrix : *list) {
      tables.push_back(table(matrix, what));
    }
    return tables;
  }
};

}  // namespace

OptionValue read_value(const toml::node& node,
                       const OptionInfo& info,
                       const std::string& path,
                       const toml::source_region& key) {
  const Reading reading{node, info, path, key};
  return std::visit([&](const auto& type) { return OptionValue(reading(type)); }, info.fallback);
}

}  // namespace murmur::run
