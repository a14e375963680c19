// SPDX-License-Identifier: Apache-2.0
// murmur predict RUN_OR_FILE CONFIG.toml INPUT: what a saved model says of new inputs.
#include "murmur/run/model/predict.h"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::string subject;
  std::string file;
  std::string input;
  std::optional<std::string> step;
  std::optional<std::int64_t> tokens;
  std::optional<double> temperature;
};

ExitCode run_predict(const Arguments& arguments) {
  if (arguments.common.output) {
    throw UserError("`predict` prints to standard output; there is nothing to write to a folder");
  }
  run::predict(
      {.subject = arguments.subject,
       .config =
           run::load_config(arguments.file, run::Purpose::kTrain, arguments.common.overrides()),
       .input = arguments.input,
       .which = run::which_step(arguments.step),
       .tokens = arguments.tokens,
       .temperature = arguments.temperature,
       .warn = warner(arguments.common),
       .line = [](const nlohmann::ordered_json& line) { fmt::print("{}\n", line.dump()); }});
  return ExitCode::kDone;
}

}  // namespace

void add_predict_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "predict",
      "what a model says of new inputs, a JSON line each: classes, translations, continuations");
  command->add_option("models", arguments->subject, "folder of a run, or a safetensors file")
      ->required()
      ->type_name("RUN_OR_FILE");
  command->add_option("file", arguments->file, "configuration (TOML) of the data and the model")
      ->required()
      ->type_name("CONFIG");
  command
      ->add_option("input",
                   arguments->input,
                   "a text, a line per input; a file of arrays; a JPEG image or a folder of them")
      ->required()
      ->type_name("INPUT");
  command
      ->add_option("--step",
                   arguments->step,
                   "of a run's checkpoint: its step, or \"best\" (the newest unless said)")
      ->type_name("N");
  command->add_option("--tokens", arguments->tokens, "of a continuation (100 unless said)")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command
      ->add_option("--temperature",
                   arguments->temperature,
                   "draw the tokens of a continuation; without it the most probable are taken")
      ->check(CLI::PositiveNumber)
      ->type_name("T");
  add_common_options(*command, arguments->common);
  command->callback([arguments, &invocation] {
    invocation.run = [arguments] { return run_predict(*arguments); };
  });
}

}  // namespace murmur::cli
