// SPDX-License-Identifier: Apache-2.0
// Collects the keys of a resolved configuration, table by table.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "murmur/run/config/config.h"
#include "murmur/run/config/resolved.h"
#include "murmur/run/text/option_text.h"

namespace murmur::run {

// The number that zeros stand for (topology/count_or_list.h), or the list.
inline OptionValue count_or_list(const OptionValue& value) {
  const auto& list = std::get<std::vector<std::int64_t>>(value);
  const bool counts = !list.empty() && list.front() == 0;
  return counts ? OptionValue(static_cast<std::int64_t>(list.size())) : value;
}

class Writer {
 public:
  explicit Writer(std::vector<Resolved>& out) : out_(out) {}

  void table(std::string name) { table_ = std::move(name); }

  void put(const std::string& key, const OptionValue& value) {
    out_.push_back({table_, key, value_toml(value)});
  }
  void text(const std::string& key, std::string toml) {
    out_.push_back({table_, key, std::move(toml)});
  }
  template <class T>
  void maybe(const std::string& key, const std::optional<T>& value) {
    if (value) {
      put(key, *value);
    }
  }
  void span(const std::string& prefix, const Span& span) {
    if (span.epochs) {
      put(prefix + "epochs", span.value);
    } else {
      put(prefix + "steps", static_cast<std::int64_t>(span.value));
    }
  }
  void seed(std::uint64_t value, std::uint64_t of_run) {
    if (value != of_run) {
      put("seed", static_cast<std::int64_t>(value));
    }
  }
  void choice(const Choice& choice, std::string_view without = "") {
    put("name", choice.name);
    const bool relays_updates =
        choice.options.has("relay") && choice.options.text("relay") == "updates";
    for (const auto& [key, value] : choice.options.all()) {
      if (key == "shifts") {
        put(key, count_or_list(value));
      } else if (key != without && !(key == "normalization" && relays_updates)) {
        put(key, value);
      }
    }
  }

 private:
  std::vector<Resolved>& out_;
  std::string table_;
};

// [topology], [algorithm], [gradient], [outer].
void write_method(const Config& config, Writer& out);

// Keys that earlier versions did not have are compared where they are not at their default, so that
// runs of those versions go on.
bool is_new_and_default(const Resolved& key);

}  // namespace murmur::run
