// SPDX-License-Identifier: Apache-2.0
// Reads one table of a configuration: every key that is requested becomes a checked value, and a
// key that is never requested is an error that suggests the nearest one. Errors are UserErrors with
// the source location.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "murmur/core/options.h"
#include "murmur/run/config/document.h"

namespace murmur::run {

// Throws UserError with the source location in front of `message`.
[[noreturn]] void fail_at(const toml::source_region& source, const std::string& message);

// Converts a node to the option's value and checks it. `path`: its name in messages. `key`: the
// source of its key, for values that were copied and have lost their own source.
OptionValue read_value(const toml::node& node,
                       const OptionInfo& info,
                       const std::string& path,
                       const toml::source_region& key = {});

class TableReader {
 public:
  // `name`: of the table, "" for the top level. A missing table reads as an empty one.
  TableReader(const Document& document, std::string name);
  // A table inside another one; `name` is its path in messages.
  TableReader(const Document& document, const toml::table& table, std::string name)
      : document_(document), name_(std::move(name)), table_(&table) {}

  bool present() const { return table_ != nullptr; }
  bool has(const std::string& key);  // also counts as a request
  const toml::node* node(const std::string& key);

  bool flag(const std::string& key, bool fallback);
  double number(const std::string& key, double fallback, const Bounds& bounds);
  std::int64_t integer(const std::string& key, std::int64_t fallback, const Bounds& bounds);
  std::optional<double> maybe_number(const std::string& key, const Bounds& bounds);
  std::optional<std::int64_t> maybe_integer(const std::string& key, const Bounds& bounds);
  std::vector<double> numbers(const std::string& key, const Bounds& bounds);
  std::vector<std::int64_t> integers(const std::string& key, const Bounds& bounds);
  // Empty `choices`: any text.
  std::string text(const std::string& key,
                   const std::string& fallback,
                   const std::vector<std::string>& choices);
  // A required key whose value is one of `choices`; any text if they are empty.
  std::string required_text(const std::string& key, const std::vector<std::string>& choices);
  OptionValue required(const OptionInfo& info);
  OptionValues options(const std::vector<OptionInfo>& infos);
  // Calls read(reader) with a TableReader& for each table of the list `key`, if there is one.
  template <class Read>
  void each(const std::string& key, const Read& read) {
    const std::vector<const toml::table*> all = tables(key);
    for (std::size_t i = 0; i < all.size(); ++i) {
      TableReader reader(document_, *all[i], path(key) + "[" + std::to_string(i) + "]");
      read(reader);
    }
  }
  // Counts keys as requested, so that finish() may be called before they are read.
  void expect(const std::vector<std::string>& keys);

  // Throws UserError for a key that was not requested. elsewhere(key): a hint where such a key
  // belongs, "" if there is none.
  template <class Elsewhere>
  void finish(const Elsewhere& elsewhere) const {
    for (const toml::key* key : unknown()) {
      fail_unknown(*key, elsewhere(std::string(key->str())));
    }
  }
  void finish() const {
    finish([](const std::string&) { return std::string(); });
  }

  // Throws UserError at the source of the key, or of the table if the key is missing.
  [[noreturn]] void fail(const std::string& key, const std::string& message);
  std::string place() const;  // "file:line:column" of the table
  std::string path(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }

 private:
  std::vector<const toml::table*> tables(const std::string& key);
  OptionValue read(const OptionInfo& info);
  OptionValue read_node(const toml::node& node, const OptionInfo& info) const;
  toml::source_region key_place(const std::string& key) const;
  std::vector<const toml::key*> unknown() const;
  [[noreturn]] void fail_unknown(const toml::key& key, const std::string& elsewhere) const;
  [[noreturn]] void fail_missing(const std::string& key, const std::string& what);

  const Document& document_;
  std::string name_;
  const toml::table* table_ = nullptr;
  std::vector<std::string> requested_;
};

}  // namespace murmur::run
