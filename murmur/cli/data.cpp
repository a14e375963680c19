// SPDX-License-Identifier: Apache-2.0
// murmur data NAME: where a dataset is looked for, whether it was found, its checksums, how to get
// it. The exit code tells whether it can be used.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"
#include "murmur/cli/data_text.h"
#include "murmur/data/places.h"
#include "murmur/files/digest.h"
#include "murmur/run/config/catalog.h"
#include "murmur/run/config/data/dataset_keys.h"
#include "murmur/run/config/document.h"
#include "murmur/run/inspect/data_view.h"
#include "murmur/run/text/names.h"
#include "murmur/run/wiring/resources.h"

namespace murmur::cli {
namespace {

using nlohmann::ordered_json;

struct Arguments {
  CommonOptions common;
  std::string name;
  std::int64_t tokens = -1;  // how many examples' tokens to show; -1: none
  std::string split = "test";
};

bool is_text(const data::DatasetState& state) {
  return state.dataset != nullptr && state.dataset->vocabulary != nullptr;
}

// Whether a key of --set is there, with or without "data.".
bool has_key(const CommonOptions& common, const std::string& wanted) {
  for (auto&& [key, value] : run::parse_set(common.set)) {
    if (key.str() == wanted || key.str() == "data." + wanted) {
      return true;
    }
  }
  return false;
}

std::string state_of(const data::FileState& file) {
  if (file.path.empty()) {
    return "not there";
  }
  if (file.trouble) {
    return "damaged: " + file.trouble->message;
  }
  if (!file.as_published) {
    return "there";
  }
  return *file.as_published ? "as published" : "not as published";
}

ordered_json to_json(const data::DatasetInfo& info, const data::DatasetState& state) {
  ordered_json files = ordered_json::array();
  for (const data::FileState& file : state.files) {
    files.push_back({{"name", file.name},
                     {"path", file.path.string()},
                     {"state", state_of(file)},
                     {"bytes", file.bytes},
                     {"xxh3", files::to_hex(file.xxh3)}});
  }
  ordered_json looked = ordered_json::array();
  for (const auto& folder : state.looked_in) {
    looked.push_back(folder.string());
  }
  return {{"name", info.name},
          {"summary", info.summary},
          {"licence", info.licence},
          {"available", !state.trouble},
          {"folder", state.folder.string()},
          {"looked_in", looked},
          {"files", files},
          {"training_examples", state.training_examples},
          {"test_examples", state.test_examples},
          {"contents", state.contents},
          {"mean", state.mean},
          {"deviation", state.deviation},
          {"text", is_text(state) ? text_json(*state.dataset) : ordered_json()},
          {"warnings",
           state.doubt.empty() ? ordered_json::array() : ordered_json::array({state.doubt})},
          {"trouble", state.trouble ? state.trouble->message : ""},
          {"how_to_get", info.how_to_get}};
}

void print(const data::DatasetInfo& info, const data::DatasetState& state) {
  fmt::print("{}: {}\n", info.name, info.summary);
  fmt::print("licence     {}\n", info.licence);
  for (const auto& folder : state.looked_in) {
    fmt::print(
        "{:<11} {}\n", folder == state.looked_in.front() ? "looked in" : "", folder.string());
  }
  fmt::print("found in    {}\n", state.folder.empty() ? "none of them" : state.folder.string());
  for (const data::FileState& file : state.files) {
    const bool there = !file.path.empty() && !file.trouble;
    fmt::print(
        "  {:<28} {}{}\n",
        file.name,
        there ? fmt::format("{} bytes, XXH3 {}, ", file.bytes, files::to_hex(file.xxh3)) : "",
        state_of(file));
  }
  if (state.trouble) {
    fmt::print("not usable  {}\n", state.trouble->message);
    fmt::print("how to get  {}\n", info.how_to_get);
  } else {
    fmt::print("usable      {} training and {} test examples: {}{}\n",
               state.training_examples,
               state.test_examples,
               state.contents,
               state.doubt.empty() ? "" : ", but not as published");
    if (!state.mean.empty()) {
      fmt::print("mean        {:.4f}, deviation {:.4f} of each channel, from 0 to 1\n",
                 fmt::join(state.mean, " "),
                 fmt::join(state.deviation, " "));
    }
  }
  if (is_text(state)) {
    print_text(*state.dataset);
  }
}

ExitCode run_data(const Arguments& arguments) {
  const data::DatasetInfo* info = data::find_dataset(arguments.name);
  if (info == nullptr) {
    const auto known = run::kind_of("data").names();
    const auto ours = run::value_synonym("data", arguments.name);
    throw UserError(fmt::format("there is no dataset '{}'{}. Known: {}",
                                arguments.name,
                                ours ? fmt::format("; it is called '{}' here", *ours)
                                     : run::did_you_mean(arguments.name, known),
                                run::join_names(known)));
  }
  data::Places places = run::data_places(run::read_dataset_keys(info->name, arguments.common.set));
  const bool wants_file = std::ranges::any_of(
      info->options, [](const OptionInfo& option) { return option.name == "file"; });
  const bool has_place = !wants_file || !places.file.empty() || !places.folder.empty();
  const auto config =
      has_place ? std::optional(run::data_config(info->name, arguments.common.set)) : std::nullopt;
  if (config) {
    places.settings.validation = config->data.validation.names;
    places.settings.by = config->data.by;
  }
  const data::DatasetState state = data::inspect_dataset(*info, places);
  ordered_json json = to_json(*info, state);
  ordered_json tokens;
  if (arguments.tokens >= 0 && state.dataset != nullptr) {
    TokensRequest request{.count = arguments.tokens, .split = arguments.split};
    if (config) {
      request.share = config->data.validation.share;
      request.seed = config->data.seed;
    }
    tokens = tokens_json(*state.dataset, request);
    json["tokens"] = tokens;
  }
  if (!arguments.common.json) {
    print(*info, state);
  }
  if (!state.trouble && config) {
    const run::DataView view = run::view_data(*config, has_key(arguments.common, "workers"));
    json.update(run::to_json(view));
    if (!arguments.common.json) {
      fmt::print("{}", run::to_text(view));
    }
  }
  if (!arguments.common.json) {
    for (const ordered_json& example : tokens) {
      fmt::print("{}\n", example.dump());
    }
  }
  if (arguments.common.json) {
    fmt::print("{}\n", json.dump(2));
  }
  if (!state.doubt.empty()) {
    warner(arguments.common)(state.doubt);
  }
  return state.trouble ? run::code_of(*state.trouble) : ExitCode::kDone;
}

}  // namespace

void add_data_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "data", "where a dataset is looked for, whether it is there, how to get it");
  command->add_option("name", arguments->name, "of a dataset; `murmur list datasets` shows them")
      ->required()
      ->type_name("NAME");
  command->add_option("--tokens", arguments->tokens, "of texts: show those of the first N examples")
      ->check(CLI::NonNegativeNumber)
      ->type_name("N");
  command->add_option("--split", arguments->split, "whose tokens: training, validation or test")
      ->check(CLI::IsMember({"training", "validation", "test"}))
      ->type_name("SPLIT");
  add_common_options(*command, arguments->common);
  command->callback(
      [arguments, &invocation] { invocation.run = [arguments] { return run_data(*arguments); }; });
}

}  // namespace murmur::cli
