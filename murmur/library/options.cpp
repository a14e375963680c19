// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <charconv>
#include <string>

#include <fmt/format.h>
#include <murmur/options.h>

#include "murmur/library/configuration.h"
#include "murmur/library/errors.h"
#include "murmur/run/config/document.h"

namespace murmur {
inline namespace v0_1 {
namespace {

std::int64_t integer(std::string_view key, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw Error(fmt::format("options.set(\"{}\", \"{}\"): {} is an integer", key, text, key));
  }
  return value;
}

std::string_view unquoted(std::string_view text) {
  const bool quoted = text.size() > 1 && text.front() == '"' && text.back() == '"';
  return quoted ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

Options Options::read(const std::string& file) {
  return library::guarded([&] {
    Options options;
    options.file = file;
    options.text = run::read_text(file);
    run::parse_document(options.text, file);  // says here what is no TOML
    return options;
  });
}

Options& Options::set(std::string_view key, std::string_view value) {
  const std::array numbers{std::pair{std::string_view("workers"), &workers},
                           std::pair{std::string_view("threads"), &threads},
                           std::pair{std::string_view("seed"), &seed}};
  for (const auto& [name, member] : numbers) {
    if (key == name) {
      *member = integer(key, value);
      return *this;
    }
  }
  const std::array names{std::pair{std::string_view("algorithm.name"), &algorithm},
                         std::pair{std::string_view("topology.name"), &topology},
                         std::pair{std::string_view("outer.name"), &outer}};
  for (const auto& [name, member] : names) {
    if (key == name) {
      *member = unquoted(value);
      return *this;
    }
  }
  keys.emplace_back(key, value);
  return *this;
}

Options& Options::set(std::string_view key, double value) {
  return set(key, fmt::format("{}", value));
}

std::string Options::config() const {
  return library::guarded(
      [&] { return run::to_toml(library::config_of(*this, std::nullopt, std::nullopt)); });
}

}  // namespace v0_1
}  // namespace murmur
