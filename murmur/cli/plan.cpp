// SPDX-License-Identifier: Apache-2.0
// murmur plan FILE.toml: memory, traffic, mixing time, virtual time and warnings of a training run,
// before anything is computed; with --measure how long it would take here.
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"
#include "murmur/run/inspect/forecast.h"
#include "murmur/run/inspect/measure.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::string file;
  std::optional<std::int64_t> steps;
  bool measure = false;
};

ExitCode run_plan(const Arguments& arguments) {
  constexpr std::int64_t kMostSteps = 1'000'000;
  const std::int64_t steps = arguments.steps.value_or(1);
  if (steps < 1 || steps > kMostSteps) {
    throw UserError(fmt::format("--steps must be from 1 to {}, not {}", kMostSteps, steps));
  }
  if (arguments.common.output) {
    throw UserError("`plan` prints to standard output; there is nothing to write to a folder");
  }
  const run::Config config =
      run::load_config(arguments.file, run::Purpose::kTrain, arguments.common.overrides());
  const run::Forecast forecast = run::make_forecast(config, arguments.steps);
  const auto warn = warner(arguments.common);
  for (const std::string& text : forecast.warnings) {
    warn(text);
  }
  const auto measured = arguments.measure ? std::optional(run::measure_run(config)) : std::nullopt;
  if (!arguments.common.json) {
    fmt::print("{}{}", to_text(forecast), measured ? to_text(*measured) : "");
    return ExitCode::kDone;
  }
  nlohmann::ordered_json json = to_json(forecast);
  if (measured) {
    json["measured"] = to_json(*measured);
  }
  fmt::print("{}\n", json.dump(2));
  return ExitCode::kDone;
}

}  // namespace

void add_plan_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "plan", "before anything runs: memory, bytes, mixing time, virtual time, warnings");
  command->add_option("file", arguments->file, "configuration of a training run")
      ->required()
      ->type_name("FILE");
  command
      ->add_option(
          "--steps", arguments->steps, "how many steps to go through (at most 1000 unless said)")
      ->type_name("N");
  command->add_flag("--measure",
                    arguments->measure,
                    "time gradients, rounds and scores on this machine, and predict the hours");
  add_common_options(*command, arguments->common);
  command->callback(
      [arguments, &invocation] { invocation.run = [arguments] { return run_plan(*arguments); }; });
}

}  // namespace murmur::cli
