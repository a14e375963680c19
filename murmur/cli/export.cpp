// SPDX-License-Identifier: Apache-2.0
// murmur export RUN: one of its models, or their average, as a safetensors file.
#include "murmur/run/model/export.h"

#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::string folder;
  std::optional<int> worker;
  bool average = false;
  std::optional<std::string> step;
  bool force = false;
};

ExitCode run_export(const Arguments& arguments) {
  if (arguments.worker.has_value() == arguments.average) {
    throw UserError("which model is to be exported: --worker I, or --average of all workers");
  }
  if (!arguments.common.output) {
    throw UserError("--output FILE.safetensors is missing: where the model goes");
  }
  const run::Exported exported = run::export_model({.folder = arguments.folder,
                                                    .worker = arguments.worker,
                                                    .which = run::which_step(arguments.step),
                                                    .output = *arguments.common.output,
                                                    .force = arguments.force});
  if (arguments.common.json) {
    fmt::print("{}\n",
               nlohmann::ordered_json{{"schema", 1},
                                      {"file", *arguments.common.output},
                                      {"step", exported.step},
                                      {"tensors", exported.tensors},
                                      {"bytes", exported.bytes}}
                   .dump(2));
  } else {
    fmt::print("{}: {} tensors of step {}, {} bytes\n",
               *arguments.common.output,
               exported.tensors,
               exported.step,
               exported.bytes);
  }
  return ExitCode::kDone;
}

}  // namespace

void add_export_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("export", "a model of a run as a safetensors file that opens in Python");
  command->add_option("run", arguments->folder, "folder of a run")->required()->type_name("RUN");
  command->add_option("--worker", arguments->worker, "the model of this worker")->type_name("I");
  command->add_flag("--average", arguments->average, "the exact average of all workers' models");
  command
      ->add_option("--step",
                   arguments->step,
                   "of the checkpoint: its step, or \"best\" (the newest unless said)")
      ->type_name("N");
  command->add_flag("--force", arguments->force, "replace an existing file");
  add_common_options(*command, arguments->common);
  command->callback([arguments, &invocation] {
    invocation.run = [arguments] { return run_export(*arguments); };
  });
}

}  // namespace murmur::cli
