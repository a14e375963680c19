// SPDX-License-Identifier: Apache-2.0
// murmur COMMAND ...: parses, runs the command, and is the one place where a user's error becomes a
// message on standard error and an exit code.
#include <cstdio>
#include <exception>
#include <new>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <murmur/program.h>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"
#include "murmur/cli/descriptors.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/launch/tcp_launch.h"
#include "murmur/core/host_program.h"
#include "murmur/run/text/names.h"
#include "murmur/run/text/say.h"
#include "murmur/run/text/version.h"

namespace murmur::cli {
namespace {

void add_commands(CLI::App& app, Invocation& invocation) {
  add_train_command(app, invocation);
  add_compare_command(app, invocation);
  add_solve_command(app, invocation);
  add_topology_command(app, invocation);
  add_plan_command(app, invocation);
  add_list_command(app, invocation);
  add_doctor_command(app, invocation);
  add_data_command(app, invocation);
  add_report_command(app, invocation);
  add_export_command(app, invocation);
  add_evaluate_command(app, invocation);
  add_predict_command(app, invocation);
}

// The parser's message, and the nearest command or option for an unknown one.
std::string explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  std::vector<std::string> known;
  if (chosen.empty()) {
    for (const CLI::App* command : app.get_subcommands(nullptr)) {
      known.push_back(command->get_name());
    }
  } else {
    for (const CLI::Option* option : chosen.front()->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        known.push_back("--" + name);
      }
    }
  }
  const auto extra = app.remaining(true);
  const std::string help =
      fmt::format("try: murmur {}--help", chosen.empty() ? "" : chosen.front()->get_name() + " ");
  if (extra.empty()) {
    return chosen.empty() ? app.help() : fmt::format("{}; {}", error.what(), help);
  }
  const std::string& given = extra.front();
  const std::string unknown = chosen.empty() ? "there is no command" : "not expected here:";
  const bool has_near = chosen.empty() || given.front() == '-';
  return fmt::format(
      "{} '{}'{}; {}", unknown, given, has_near ? run::did_you_mean(given, known) : "", help);
}

// A command that does not support several processes would, under mpirun, do everything once per
// process.
void refuse_several_processes(const std::string& command) {
  const auto launch = comm::detect_launch();
  if (launch && !comm::is_alone(launch.value())) {
    const bool first = launch.value().process == 0;
    throw UserError(
        first ? fmt::format("`murmur {}` runs in one process, and this launch has {}; "
                            "start it without mpirun, srun or torchrun. `murmur train` and "
                            "`murmur compare` are what many processes do together",
                            command,
                            launch.value().processes < 0 ? std::string("several")
                                                         : std::to_string(launch.value().processes))
              : std::string());
  }
}

// Only the first process prints what all processes of a launch would print alike.
bool is_first_of_launch() {
  const auto launch = comm::detect_launch();
  return !launch || launch.value().process <= 0;
}

ExitCode parse_and_run(int argc, char** argv) {
  CLI::App app{"Murmuration: decentralized training of deep networks", "murmur"};
  app.set_version_flag("--version", "murmur " + std::string(run::version()));
  app.require_subcommand(1);
  Invocation invocation;
  add_commands(app, invocation);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked) {  // --help, --version
    app.exit(asked);
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    throw UserError(is_first_of_launch() ? explain(app, error) : std::string());
  }
  if (!invocation.knows_processes) {
    refuse_several_processes(app.get_subcommands().front()->get_name());
  }
  return invocation.run();
}

ExitCode run_main(int argc, char** argv) {
  try {
    return parse_and_run(argc, argv);
  } catch (const UserError& error) {
    return report_error(error);
  } catch (const std::bad_alloc&) {
    run::say(stderr, "murmur: out of memory; fewer workers or a smaller model need less\n");
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0) {
      return ExitCode::kDone;  // finish_output() reports it
    }
    run::say(stderr, "murmur: {}\n", error.what());
  }
  return ExitCode::kRunFailed;
}

// Results that could not be written to standard output are a failure.
ExitCode finish_output(ExitCode code) {
  const bool lost = std::fflush(stdout) != 0 || std::ferror(stdout) != 0;
  if (lost && code == ExitCode::kDone) {
    run::say(stderr,
             "murmur: standard output could not be written (is it closed, or the disk full?)\n");
    return ExitCode::kRunFailed;
  }
  return code;
}

}  // namespace
}  // namespace murmur::cli

namespace murmur {
inline namespace v0_1 {

int program(int argc, char** argv) {
  set_check_action(CheckAction::kAbort);
  cli::open_closed_descriptors();
  return static_cast<int>(cli::finish_output(cli::run_main(argc, argv)));
}

}  // namespace v0_1
}  // namespace murmur
