// SPDX-License-Identifier: Apache-2.0
// murmur compare FILE.toml: a grid of runs, one table, one report. Progress on standard error, the
// table on standard output.
#include "murmur/run/compare/compare.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"
#include "murmur/cli/in_world.h"
#include "murmur/run/compare/progress.h"
#include "murmur/run/compare/rank_group.h"
#include "murmur/run/processes/stop.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/report/comparison_text.h"
#include "murmur/run/report/report.h"
#include "murmur/run/text/say.h"
#include "murmur/run/train/progress.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::string file;
  int jobs = 1;
};

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

// Quoted so that a shell reads it as one word.
std::string quoted(const std::string& word) {
  const std::string plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,+:@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) {
    return word;
  }
  std::string out = "'";
  for (const char c : word) {
    out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return out + "'";
}

// The command that gives the same numbers: with the options that affect them.
std::string command_of(const Arguments& arguments) {
  std::string command;
  if (is_set("MURMUR_SEED") && !arguments.common.seed) {
    command += "MURMUR_SEED=" + quoted(std::getenv("MURMUR_SEED")) + " ";
  }
  command += "murmur compare " + quoted(arguments.file);
  for (const std::string& assignment : arguments.common.set) {
    command += " --set " + quoted(assignment);
  }
  if (arguments.common.seed) {
    command += fmt::format(" --seed {}", *arguments.common.seed);
  }
  return command;
}

run::CompareProgressLine::Detail detail_of(const CommonOptions& options) {
  using Detail = run::CompareProgressLine::Detail;
  if (options.quiet) {
    return Detail::kSilent;
  }
  return options.verbose ? Detail::kEveryRun : Detail::kSome;
}

run::CompareOutcome compare_with_progress(const Arguments& arguments,
                                          run::World& world,
                                          const std::atomic<int>* stop) {
  run::CompareProgressLine line(stderr, detail_of(arguments.common));
  const auto warn = warner(arguments.common);
  run::CompareRequest request;
  request.file = arguments.file;
  request.overrides = arguments.common.overrides();
  request.output = arguments.common.output;
  request.resume = arguments.common.resume;
  request.jobs = arguments.jobs;
  request.world = &world;
  request.command = command_of(arguments);
  request.progress = [&](const run::CompareProgress& progress) { line.show(progress); };
  request.warn = [&](const std::string& text) {
    line.clear();
    warn(text);
  };
  request.report = run::write_report;
  request.stop = stop;
  return run::compare(request);
}

ExitCode serve_as_other(run::World& world, const std::atomic<int>* stop) {
  const run::TrainOutcome outcome = run::serve_runs(world, stop);
  report_unless_told(outcome);
  return outcome.code;
}

ExitCode compare_as_first(run::World& world,
                          const Arguments& arguments,
                          const std::atomic<int>* stop) {
  const run::CompareOutcome outcome = compare_with_progress(arguments, world, stop);
  if (outcome.code != ExitCode::kDone) {
    const bool stopped = run::is_stop(outcome.code);
    run::say(stderr,
             "murmur: {}\n",
             stopped ? "interrupted; the same command with --resume continues the comparison"
                     : outcome.message);
    return outcome.code;
  }
  if (arguments.common.json) {
    fmt::print("{}\n", run::to_json(outcome.comparison).dump(2));
    return outcome.code;
  }
  // Standard output of a launched process is not the user's terminal.
  const bool bold = world.is_alone() && isatty(fileno(stdout)) != 0 && run::takes_escapes();
  fmt::print("{}", run::to_text(outcome.comparison, bold));
  fmt::print("\nreport: {}\n", (outcome.folder / "report.html").string());
  return outcome.code;
}

ExitCode run_compare(const Arguments& arguments) {
  return in_world([&](run::World& world, const std::atomic<int>* stop) {
    if (!world.is_alone() && arguments.jobs > 1) {
      world.agree(UserError(
          fmt::format("--jobs {} is for one process; {} processes make one run at a time, together",
                      arguments.jobs,
                      world.processes())));
    }
    return world.is_first() ? compare_as_first(world, arguments, stop)
                            : serve_as_other(world, stop);
  });
}

}  // namespace

void add_compare_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("compare", "a grid of runs, one table, one report");
  command->add_option("file", arguments->file, "configuration (TOML) with a [compare] table")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--jobs", arguments->jobs, "runs at a time; they share the compute threads (1)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  add_common_options(*command, arguments->common);
  command->callback([arguments, &invocation] {
    invocation.run = [arguments] { return run_compare(*arguments); };
    invocation.knows_processes = true;
  });
}

}  // namespace murmur::cli
