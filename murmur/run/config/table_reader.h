// SPDX-License-Identifier: Apache-2.0
// Reads one table of a configuration: every key that is asked for becomes a checked value, and what
// nobody asked for is an error that names the nearest key. Errors are UserErrors with the place.
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

// `path: message`, with the place in front.
[[noreturn]] void fail_at(const toml::source_region& source, const std::string& message);

// Checks a node against what an option allows. `path` is how the message calls it; `key` is where
// its key stands, for values that were copied from elsewhere: they lose their own place.
OptionValue read_value(const toml::node& node,
                       const OptionInfo& info,
                       const std::string& path,
                       const toml::source_region& key = {});

class TableReader {
 public:
  // `name`: of the table, "" for the top level. A table that is not there reads as an empty one.
  TableReader(const Document& document, std::string name);
  // A table inside of another one.
  TableReader(const Document& document, const toml::table& table, std::string name)
      : document_(document), name_(std::move(name)), table_(&table) {}

  bool present() const { return table_ != nullptr; }
  bool has(const std::string& key);  // and counts as asked for
  const toml::node* node(const std::string& key);

  bool flag(const std::string& key, bool fallback);
  double number(const std::string& key, double fallback, const Bounds& bounds);
  std::int64_t integer(const std::string& key, std::int64_t fallback, const Bounds& bounds);
  std::optional<double> maybe_number(const std::string& key, const Bounds& bounds);
  std::optional<std::int64_t> maybe_integer(const std::string& key, const Bounds& bounds);
  std::vector<double> numbers(const std::string& key, const Bounds& bounds);
  std::vector<std::int64_t> integers(const std::string& key, const Bounds& bounds);
  // `choices` may be empty: any text.
  std::string text(const std::string& key,
                   const std::string& fallback,
                   const std::vector<std::string>& choices);
  // A key that has to be there and names one of `choices`.
  std::string required_text(const std::string& key, const std::vector<std::string>& choices);
  OptionValue required(const OptionInfo& info);
  OptionValues options(const std::vector<OptionInfo>& infos);
  // Counts keys as asked for, so that finish() may come before they are read.
  void expect(const std::vector<std::string>& keys);

  // Throws for keys that nobody asked for; `elsewhere` says where else such a key belongs ("" if
  // nowhere).
  template <class Elsewhere>
  void finish(const Elsewhere& elsewhere) const {
    for (const toml::key* key : unknown()) {
      fail_unknown(*key, elsewhere(std::string(key->str())));
    }
  }
  void finish() const {
    finish([](const std::string&) { return std::string(); });
  }

  // Of an error that concerns the key, or the table where it is missing.
  [[noreturn]] void fail(const std::string& key, const std::string& message);
  std::string place() const;  // "file:line:column" of the table
  std::string path(const std::string& key) const { return name_.empty() ? key : name_ + "." + key; }

 private:
  OptionValue read(const OptionInfo& info);
  OptionValue read_node(const toml::node& node, const OptionInfo& info) const;
  toml::source_region key_place(const std::string& key) const;
  std::vector<const toml::key*> unknown() const;
  [[noreturn]] void fail_unknown(const toml::key& key, const std::string& elsewhere) const;
  [[noreturn]] void fail_missing(const std::string& key, const std::string& what);

  const Document& document_;
  std::string name_;
  const toml::table* table_ = nullptr;
  std::vector<std::string> asked_;
};

}  // namespace murmur::run
