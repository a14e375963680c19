// SPDX-License-Identifier: Apache-2.0
// How a model is trained: the settings of a configuration file (docs/configuration.md), by the same
// names. A file is read first, then come the members below, then `keys` in their order.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace murmur {
inline namespace v0_1 {
#pragma GCC visibility push(default)

struct Options {
  std::optional<std::int64_t> workers = {};
  std::optional<std::int64_t> threads = {};  // none: as many as the process may use
  std::optional<std::int64_t> seed = {};     // none: 1
  std::string algorithm = {};                // algorithm.name; nowhere given: qg-dsgdm-n
  std::string topology = {};                 // topology.name; nowhere given: ring
  std::string outer = {};                    // outer.name; nowhere given: no outer step
  // Any other: a dotted key and its value as in a file, {"algorithm.momentum", "0.8"}. A word that
  // is no value of TOML is a text.
  std::vector<std::pair<std::string, std::string>> keys = {};
  std::string file = {};  // the name of the file, for messages
  std::string text = {};  // its content

  // Throws Error if the file cannot be read.
  static Options read(const std::string& file);

  // A member's key sets that member. Throws Error if workers, threads or seed is no integer.
  Options& set(std::string_view key, std::string_view value);
  Options& set(std::string_view key, const char* value) {
    return set(key, std::string_view(value));
  }
  Options& set(std::string_view key, double value);
  template <std::integral Integer>
  Options& set(std::string_view key, Integer value) {
    if constexpr (std::same_as<Integer, bool>) {
      return set(key, std::string_view(value ? "true" : "false"));
    } else {
      return set(key, std::string_view(std::to_string(value)));
    }
  }

  // All settings with their values, as a file that read() reads. Throws Error for what is wrong
  // with them. With a model or data by name (Simulation(Options)) those are part of it.
  std::string config() const;
};

#pragma GCC visibility pop
}  // namespace v0_1
}  // namespace murmur
