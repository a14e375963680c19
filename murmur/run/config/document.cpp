// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/config/document.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/core/error.h"
#include "murmur/run/config/catalog.h"
#include "murmur/run/config/table_reader.h"
#include "murmur/run/text/html.h"
#include "murmur/run/text/nesting.h"

namespace murmur::run {
namespace {

constexpr std::uintmax_t kMostBytes = 64U << 20U;
// Maximum length of the input shown in a message, in characters: of a key, of a whole --set.
constexpr std::size_t kMostShown = 80;
constexpr std::size_t kMostOrigin = 200;

// Parses `value = TEXT`, with TEXT as a string if it is not a TOML value. The source of the nodes
// is `origin`.
toml::table parse_value(const std::string& text, const std::string& origin) {
  if (text.find_first_of("[{\n") != std::string::npos) {  // else a word, such as a dotted path
    require_shallow(text, origin);
  }
  try {
    toml::table parsed = toml::parse("value = " + text, origin);
    if (parsed.size() == 1) {
      return parsed;
    }
  } catch (const toml::parse_error&) {
    // A bare word: parsed as a string below.
  }
  const auto replace = nlohmann::json::error_handler_t::replace;
  return toml::parse("value = " + nlohmann::json(text).dump(-1, ' ', false, replace), origin);
}

void put(toml::table& table,
         const std::string& key,
         const toml::node& value,
         const toml::source_region& source) {
  table.erase(key);  // otherwise the new value would keep the old key's source
  value.visit([&](const auto& node) {
    table.insert_or_assign(toml::key(key, toml::source_region(source)), node);
  });
}

// Adds one assignment to a flat layer; the last one of a key wins.
void assign(toml::table& layer,
            const std::string& key,
            const std::string& text,
            std::string origin) {
  const toml::table parsed = parse_value(text, origin);
  put(layer, key, *parsed.get("value"), parsed.get("value")->source());
}

std::string trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t");
  const auto last = text.find_last_not_of(" \t");
  return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
}

// A value in nested tables, with its dotted key.
struct Leaf {
  std::string path;
  const toml::node* value = nullptr;
  toml::source_region source;
};

void collect(const toml::table& table, const std::string& prefix, std::vector<Leaf>& leaves) {
  for (auto&& [key, value] : table) {
    const std::string path = prefix + std::string(key.str());
    if (value.is_table()) {
      collect(*value.as_table(), path + ".", leaves);
    } else {
      const bool placed = key.source().path != nullptr;
      leaves.push_back({path, &value, placed ? key.source() : value.source()});
    }
  }
}

// Removes the keys that `name` does not have and other names do.
void drop_others(toml::table& table, const std::string& kind, const std::string& name) {
  const std::vector<std::string> own = keys_of(kind, name);
  for (const std::string& key : keys_of_all(kind)) {
    if (std::find(own.begin(), own.end(), key) == own.end()) {
      table.erase(key);
    }
  }
}

void set_name(Document& document, const Leaf& leaf, const std::string& table_name) {
  toml::table* table = document.root[table_name].as_table();
  const auto name = leaf.value->value<std::string>();
  if (table == nullptr || !name || !is_known(table_name, *name)) {
    return;  // nothing to drop, or an error that read_config() reports
  }
  if (table->get("name") == nullptr || table->get("name")->value<std::string>() != name) {
    drop_others(*table, table_name, *name);
  }
}

// Keys for the same quantity in two units: a key in a newer layer replaces the other one.
constexpr std::array kEitherOr{std::pair{"schedule.epochs", "schedule.steps"},
                               std::pair{"schedule.warmup_epochs", "schedule.warmup_steps"},
                               std::pair{"schedule.decay_epochs", "schedule.decay_steps"},
                               std::pair{"evaluation.every_epochs", "evaluation.every_steps"},
                               std::pair{"outer.start_epoch", "outer.start_step"}};

void drop_other_unit(toml::table& root, const std::string& path) {
  for (const auto& [one, other] : kEitherOr) {
    if (path == one || path == other) {
      const std::string unwanted = path == one ? other : one;
      const auto dot = unwanted.find('.');
      if (toml::table* table = root[unwanted.substr(0, dot)].as_table()) {
        table->erase(unwanted.substr(dot + 1));
      }
    }
  }
}

void set_leaf(toml::table& root, const Leaf& leaf) {
  if (!is_shallow_key(leaf.path)) {
    fail_at(leaf.source,
            fmt::format("the key '{}' has more than {} parts",
                        shortened(leaf.path, kMostShown),
                        kMostKeyParts));
  }
  toml::table* table = &root;
  std::string rest = leaf.path;
  for (auto dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
    const std::string part = rest.substr(0, dot);
    rest = rest.substr(dot + 1);
    if (table->get(part) == nullptr) {
      put(*table, part, toml::table{}, leaf.source);
    }
    table = table->get(part)->as_table();
    if (table == nullptr) {
      fail_at(leaf.source, fmt::format("'{}' is no table, so '{}' cannot be set", part, leaf.path));
    }
  }
  put(*table, rest, *leaf.value, leaf.source);
}

// Throws UserError if an option and a --set of the same key differ.
void require_agreement(const toml::table& layer,
                       const std::string& key,
                       const std::optional<std::int64_t>& option) {
  const toml::node* set = layer.get(key);
  if (option && set != nullptr && set->value<std::int64_t>() != option) {
    throw UserError(fmt::format("--{} {} and {} contradict each other; give one of them",
                                key,
                                *option,
                                where(set->source())));
  }
}

bool is_path(const std::string& key) {
  return !key.empty() && key.front() != '.' && key.back() != '.' &&
         key.find("..") == std::string::npos;
}

}  // namespace

Document parse_document(std::string_view text, const std::string& file) {
  require_shallow(text, file);
  try {
    return {file, toml::parse(text, file)};
  } catch (const toml::parse_error& error) {
    fail_at(error.source(), std::string(error.description()));
  }
}

std::string read_text(const std::filesystem::path& file) {
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    throw UserError(fmt::format("'{}' is a folder, not a configuration file", file.string()));
  }
  std::ifstream stream(file, std::ios::binary);
  if (!stream) {
    throw UserError(
        fmt::format("the configuration file '{}' {}",
                    file.string(),
                    std::filesystem::exists(file, error) ? "cannot be read" : "does not exist"));
  }
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (!error && size > kMostBytes) {
    throw UserError(fmt::format(
        "'{}' has {} bytes; a configuration has at most {}", file.string(), size, kMostBytes));
  }
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

Document read_document(const std::filesystem::path& file) {
  return parse_document(read_text(file), file.string());
}

std::string where(const toml::source_region& source) {
  if (source.path == nullptr) {
    return "configuration";
  }
  const std::string& path = *source.path;
  if (path.starts_with("--") || path.starts_with("MURMUR_") || path.starts_with("options.")) {
    return path;
  }
  return fmt::format("{}:{}:{}", path, source.begin.line, source.begin.column);
}

toml::table parse_assignments(const std::vector<Assignment>& assignments) {
  toml::table layer;
  for (const auto& [key, value, origin] : assignments) {
    if (!is_path(key)) {
      throw UserError(fmt::format("{}: '{}' is no key; keys are dotted, as algorithm.momentum",
                                  origin,
                                  shortened(key, kMostShown)));
    }
    assign(layer, key, value, origin);
  }
  return layer;
}

toml::table parse_set(const std::vector<std::string>& assignments) {
  toml::table layer;
  for (const std::string& assignment : assignments) {
    const auto equals = assignment.find('=');
    const std::string key = trimmed(assignment.substr(0, equals));
    if (equals == std::string::npos || !is_path(key)) {
      throw UserError(fmt::format(
          "--set wants key.path=value, as in --set algorithm.learning_rate=0.1, not '{}'",
          shortened(assignment, kMostShown)));
    }
    const std::string origin = "--set " + shortened(assignment, kMostOrigin);
    assign(layer, key, trimmed(assignment.substr(equals + 1)), origin);
  }
  return layer;
}

toml::table environment_layer() {
  toml::table layer;
  for (const auto& [variable, key] :
       {std::pair{"MURMUR_SEED", "seed"}, std::pair{"MURMUR_THREADS", "threads"}}) {
    const char* value = std::getenv(variable);
    if (value != nullptr && *value != '\0') {
      assign(layer, key, value, fmt::format("{}={}", variable, value));
    }
  }
  return layer;
}

toml::table command_line_layer(const Overrides& overrides) {
  toml::table layer = parse_set(overrides.set);
  require_agreement(layer, "seed", overrides.seed);
  require_agreement(layer, "threads", overrides.threads);
  if (overrides.seed) {
    assign(
        layer, "seed", std::to_string(*overrides.seed), fmt::format("--seed {}", *overrides.seed));
  }
  if (overrides.threads) {
    assign(layer,
           "threads",
           std::to_string(*overrides.threads),
           fmt::format("--threads {}", *overrides.threads));
  }
  return layer;
}

void apply_layer(Document& document, const toml::table& layer) {
  std::vector<Leaf> leaves;
  collect(layer, "", leaves);
  constexpr std::string_view kName = ".name";
  for (const Leaf& leaf : leaves) {
    if (leaf.path.ends_with(kName)) {
      set_name(document, leaf, leaf.path.substr(0, leaf.path.size() - kName.size()));
    }
  }
  for (const Leaf& leaf : leaves) {
    drop_other_unit(document.root, leaf.path);
  }
  for (const Leaf& leaf : leaves) {
    set_leaf(document.root, leaf);
  }
}

}  // namespace murmur::run
