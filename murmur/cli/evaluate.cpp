// SPDX-License-Identifier: Apache-2.0
// murmur evaluate RUN_OR_FILE CONFIG.toml: the scores of saved models.
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"
#include "murmur/run/model/evaluate_model.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::string subject;
  std::string file;
  std::optional<std::string> step;
};

ExitCode run_evaluate(const Arguments& arguments) {
  if (arguments.common.output) {
    throw UserError("`evaluate` prints to standard output; there is nothing to write to a folder");
  }
  const run::Evaluated evaluated =
      run::evaluate_model({.subject = arguments.subject,
                           .config = run::load_config(
                               arguments.file, run::Purpose::kTrain, arguments.common.overrides()),
                           .which = run::which_step(arguments.step),
                           .warn = warner(arguments.common)});
  if (!arguments.common.json) {
    for (const auto& [name, value] : evaluated.metrics) {
      fmt::print("{:<28} {:.6g}\n", name, value);
    }
    return ExitCode::kDone;
  }
  nlohmann::ordered_json json{{"schema", 1}};
  if (evaluated.step) {
    json["step"] = *evaluated.step;
  }
  for (const auto& [name, value] : evaluated.metrics) {
    json[name] = run::number_json(value);
  }
  fmt::print("{}\n", json.dump(2));
  return ExitCode::kDone;
}

}  // namespace

void add_evaluate_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "evaluate", "the scores of a run's models, or of a safetensors file, on the test set");
  command->add_option("models", arguments->subject, "folder of a run, or a safetensors file")
      ->required()
      ->type_name("RUN_OR_FILE");
  command->add_option("file", arguments->file, "configuration (TOML) of the data and the model")
      ->required()
      ->type_name("CONFIG");
  command
      ->add_option("--step",
                   arguments->step,
                   "of a run's checkpoint: its step, or \"best\" (the newest unless said)")
      ->type_name("N");
  add_common_options(*command, arguments->common);
  command->callback([arguments, &invocation] {
    invocation.run = [arguments] { return run_evaluate(*arguments); };
  });
}

}  // namespace murmur::cli
