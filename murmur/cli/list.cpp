// SPDX-License-Identifier: Apache-2.0
// murmur list [KIND...]: everything that can be chosen, with options, defaults, bounds and the
// paper.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/run/config/catalog.h"
#include "murmur/run/text/names.h"
#include "murmur/run/text/option_text.h"

namespace murmur::cli {
namespace {

using nlohmann::ordered_json;

struct Arguments {
  CommonOptions common;
  std::vector<std::string> kinds;
};

std::vector<std::string> plurals() {
  std::vector<std::string> names;
  for (const run::Kind& kind : run::catalog()) {
    names.push_back(kind.plural);
  }
  return names;
}

// "algorithms" and "algorithm" both name the kind.
std::vector<const run::Kind*> chosen_kinds(const std::vector<std::string>& names) {
  std::vector<const run::Kind*> kinds;
  for (const run::Kind& kind : run::catalog()) {
    const bool asked = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
      return name == kind.plural || name == kind.table;
    });
    if (asked || names.empty()) {
      kinds.push_back(&kind);
    }
  }
  for (const std::string& name : names) {
    const bool found = std::any_of(kinds.begin(), kinds.end(), [&](const run::Kind* kind) {
      return name == kind->plural || name == kind->table;
    });
    if (!found) {
      throw UserError(fmt::format("there is no list of '{}'{} Known: {}",
                                  name,
                                  run::did_you_mean(name, plurals()),
                                  run::join_names(plurals())));
    }
  }
  return kinds;
}

ordered_json to_json(const OptionInfo& option) {
  ordered_json json{{"name", option.name},
                    {"type", run::type_text(option)},
                    {"help", option.help},
                    {"required", option.required}};
  if (!option.required) {
    json["default"] = run::value_json(option.fallback);
  }
  const std::string bounds = run::bounds_text(option);
  if (!bounds.empty()) {
    json["bounds"] = bounds;
  }
  if (!option.choices.empty()) {
    json["choices"] = option.choices;
  }
  return json;
}

ordered_json to_json(const run::Entry& entry) {
  ordered_json options = ordered_json::array();
  for (const OptionInfo& option : entry.options) {
    options.push_back(to_json(option));
  }
  return {{"name", entry.name},
          {"summary", entry.summary},
          {"paper", entry.paper},
          {"options", options}};
}

void print_json(const std::vector<const run::Kind*>& kinds) {
  ordered_json json = ordered_json::object();
  for (const run::Kind* kind : kinds) {
    ordered_json entries = ordered_json::array();
    for (const run::Entry& entry : kind->entries) {
      entries.push_back(to_json(entry));
    }
    json[kind->plural] = entries;
  }
  fmt::print("{}\n", json.dump(2));
}

void print_text(const run::Kind& kind) {
  fmt::print("{}{}\n\n", kind.plural, kind.note.empty() ? "" : ": " + kind.note);
  for (const run::Entry& entry : kind.entries) {
    fmt::print("  {:<22} {}\n", entry.name, entry.summary);
    for (const OptionInfo& option : entry.options) {
      fmt::print("      {:<18} {}\n", option.name, run::describe(option));
    }
    if (!entry.paper.empty()) {
      fmt::print("      {}\n", entry.paper);
    }
  }
  fmt::print("\n");
}

ExitCode run_list(const Arguments& arguments) {
  const auto kinds = chosen_kinds(arguments.kinds);
  if (arguments.common.json) {
    print_json(kinds);
    return ExitCode::kDone;
  }
  for (const run::Kind* kind : kinds) {
    print_text(*kind);
  }
  return ExitCode::kDone;
}

}  // namespace

void add_list_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("list", "what there is, with options, defaults and the paper");
  command->add_option("kind", arguments->kinds, "of: " + run::join_names(plurals()))
      ->type_name("KIND");
  add_common_options(*command, arguments->common);
  command->callback(
      [arguments, &invocation] { invocation.run = [arguments] { return run_list(*arguments); }; });
}

}  // namespace murmur::cli
