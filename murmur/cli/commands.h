// SPDX-License-Identifier: Apache-2.0
// The commands of `murmur`, one file each. A file adds its subcommand with add_NAME_command(),
// whose callback stores in `Invocation` what to run; main runs it outside of the parser and turns a
// UserError into a message and an exit code.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "murmur/core/error.h"
#include "murmur/run/config/config.h"

namespace murmur::cli {

// What the command line requests.
struct Invocation {
  std::function<ExitCode()> run;
  bool knows_processes = false;  // may run in several processes of one launch
};

// The options that every command takes.
struct CommonOptions {
  std::vector<std::string> set;  // key.path=value, in the order given
  std::optional<std::int64_t> seed;
  std::optional<std::string> output;
  std::optional<std::int64_t> threads;
  bool resume = false;
  bool json = false;
  bool quiet = false;
  bool verbose = false;

  // The options that change a configuration.
  run::Overrides overrides() const { return {.set = set, .seed = seed, .threads = threads}; }
};

void add_common_options(CLI::App& command, CommonOptions& options);

void add_train_command(CLI::App& app, Invocation& invocation);
void add_compare_command(CLI::App& app, Invocation& invocation);
void add_solve_command(CLI::App& app, Invocation& invocation);
void add_topology_command(CLI::App& app, Invocation& invocation);
void add_plan_command(CLI::App& app, Invocation& invocation);
void add_list_command(CLI::App& app, Invocation& invocation);
void add_doctor_command(CLI::App& app, Invocation& invocation);
void add_data_command(CLI::App& app, Invocation& invocation);
void add_report_command(CLI::App& app, Invocation& invocation);
void add_export_command(CLI::App& app, Invocation& invocation);
void add_evaluate_command(CLI::App& app, Invocation& invocation);
void add_predict_command(CLI::App& app, Invocation& invocation);

}  // namespace murmur::cli
