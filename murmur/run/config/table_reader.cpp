// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/table_reader.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/run/text/names.h"

namespace murmur::run {

void fail_at(const toml::source_region& source, const std::string& message) {
  throw UserError(fmt::format("{}: {}", where(source), message));
}

namespace {

toml::source_region root_place(const Document& document, const std::string& key) {
  return document.root.find(key)->first.source();
}

}  // namespace

TableReader::TableReader(const Document& document, std::string name)
    : document_(document), name_(std::move(name)) {
  if (name_.empty()) {
    table_ = &document.root;
    return;
  }
  const toml::node* node = document.root.get(name_);
  if (node == nullptr) {
    return;
  }
  table_ = node->as_table();
  if (table_ != nullptr) {
    return;
  }
  const auto word = node->value<std::string>();
  const auto ours = word ? value_synonym(name_, *word) : std::nullopt;
  const std::string example = ours.value_or(word.value_or("..."));
  const std::string called =
      ours ? fmt::format(" ('{}' is called '{}' here)", *word, *ours) : std::string();
  fail_at(node->source().path != nullptr ? node->source() : root_place(document, name_),
          fmt::format("{} is a table: write {}.name = \"{}\"{}", name_, name_, example, called));
}

bool TableReader::has(const std::string& key) {
  return node(key) != nullptr;
}

const toml::node* TableReader::node(const std::string& key) {
  requested_.push_back(key);
  return table_ == nullptr ? nullptr : table_->get(key);
}

OptionValue TableReader::read(const OptionInfo& info) {
  const toml::node* found = node(info.name);
  return found == nullptr ? info.fallback : read_node(*found, info);
}

OptionValue TableReader::read_node(const toml::node& node, const OptionInfo& info) const {
  return read_value(node, info, path(info.name), key_place(info.name));
}

toml::source_region TableReader::key_place(const std::string& key) const {
  const auto found = table_->find(key);
  return found == table_->end() ? toml::source_region{} : found->first.source();
}

bool TableReader::flag(const std::string& key, bool fallback) {
  return std::get<bool>(read({.name = key, .help = {}, .fallback = fallback}));
}

double TableReader::number(const std::string& key, double fallback, const Bounds& bounds) {
  return std::get<double>(read({.name = key, .help = {}, .fallback = fallback, .bounds = bounds}));
}

std::int64_t TableReader::integer(const std::string& key,
                                  std::int64_t fallback,
                                  const Bounds& bounds) {
  return std::get<std::int64_t>(
      read({.name = key, .help = {}, .fallback = fallback, .bounds = bounds}));
}

std::optional<double> TableReader::maybe_number(const std::string& key, const Bounds& bounds) {
  return has(key) ? std::optional(number(key, 0, bounds)) : std::nullopt;
}

std::optional<std::int64_t> TableReader::maybe_integer(const std::string& key,
                                                       const Bounds& bounds) {
  return has(key) ? std::optional(integer(key, 0, bounds)) : std::nullopt;
}

std::vector<double> TableReader::numbers(const std::string& key, const Bounds& bounds) {
  return std::get<std::vector<double>>(
      read({.name = key, .help = {}, .fallback = std::vector<double>{}, .bounds = bounds}));
}

std::vector<std::int64_t> TableReader::integers(const std::string& key, const Bounds& bounds) {
  return std::get<std::vector<std::int64_t>>(
      read({.name = key, .help = {}, .fallback = std::vector<std::int64_t>{}, .bounds = bounds}));
}

std::string TableReader::text(const std::string& key,
                              const std::string& fallback,
                              const std::vector<std::string>& choices) {
  return std::get<std::string>(
      read({.name = key, .help = {}, .fallback = fallback, .choices = choices}));
}

std::string TableReader::required_text(const std::string& key,
                                       const std::vector<std::string>& choices) {
  const toml::node* found = node(key);
  if (found == nullptr) {
    fail_missing(key, choices.empty() ? "" : ". Known: " + join_names(choices));
  }
  // For the key `name`, the table's name is the kind under which synonyms are looked up.
  const OptionInfo info{.name = key == "name" ? name_ : key,
                        .help = {},
                        .fallback = std::string(),
                        .choices = choices};
  return std::get<std::string>(read_value(*found, info, path(key), key_place(key)));
}

OptionValue TableReader::required(const OptionInfo& info) {
  const toml::node* found = node(info.name);
  if (found == nullptr) {
    fail_missing(info.name, info.help.empty() ? "" : " (" + info.help + ")");
  }
  return read_node(*found, info);
}

OptionValues TableReader::options(const std::vector<OptionInfo>& infos) {
  OptionValues values;
  for (const OptionInfo& info : infos) {
    values.set(info.name, info.required ? required(info) : read(info));
  }
  return values;
}

std::vector<const toml::table*> TableReader::tables(const std::string& key) {
  std::vector<const toml::table*> all;
  const toml::node* found = node(key);
  if (found == nullptr) {
    return all;
  }
  const toml::array* list = found->as_array();
  for (std::size_t i = 0; list != nullptr && i < list->size(); ++i) {
    all.push_back(list->get(i)->as_table());
  }
  if (list == nullptr || std::find(all.begin(), all.end(), nullptr) != all.end()) {
    fail(key, fmt::format("{} is a list of tables", path(key)));
  }
  return all;
}

void TableReader::expect(const std::vector<std::string>& keys) {
  requested_.insert(requested_.end(), keys.begin(), keys.end());
}

std::vector<const toml::key*> TableReader::unknown() const {
  std::vector<const toml::key*> keys;
  if (table_ != nullptr) {
    for (auto&& [key, value] : *table_) {
      if (std::find(requested_.begin(), requested_.end(), key.str()) == requested_.end()) {
        keys.push_back(&key);
      }
    }
  }
  return keys;
}

void TableReader::fail_unknown(const toml::key& key, const std::string& elsewhere) const {
  const std::string given(key.str());
  const auto ours = key_synonym(name_, given);
  std::string hint;
  if (ours) {
    const bool in_full = ours->find('.') != std::string::npos;
    hint = fmt::format("; it is called '{}' here", in_full ? *ours : path(*ours));
  } else {
    hint = elsewhere.empty() ? did_you_mean(given, requested_) : "; " + elsewhere;
  }
  fail_at(key.source(), fmt::format("unknown key '{}'{}", path(given), hint));
}

// If a key is missing because it is misspelled, the misspelled key is reported.
void TableReader::fail_missing(const std::string& key, const std::string& what) {
  for (const toml::key* other : unknown()) {
    const auto ours = key_synonym(name_, other->str());
    const bool meant = ours && (*ours == key || *ours == path(key));
    if (meant || edit_distance(other->str(), key) <= 2) {
      fail_unknown(*other, "");
    }
  }
  fail(key, fmt::format("{} is missing{}", path(key), what));
}

std::string TableReader::place() const {
  const bool placed = table_ != nullptr && table_->source().path != nullptr;
  return placed ? where(table_->source()) : document_.file + ":1:1";
}

void TableReader::fail(const std::string& key, const std::string& message) {
  const toml::node* found = table_ == nullptr ? nullptr : table_->get(key);
  if (found != nullptr) {
    fail_at(found->source().path != nullptr ? found->source() : key_place(key), message);
  }
  throw UserError(fmt::format("{}: {}", place(), message));
}

}  // namespace murmur::run
