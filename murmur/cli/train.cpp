// SPDX-License-Identifier: Apache-2.0
// murmur train FILE.toml: one run. Progress on standard error, results on standard output, the
// digest of the models last.
#include "murmur/run/train/train.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"
#include "murmur/cli/in_world.h"
#include "murmur/run/processes/world.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/run_folder.h"
#include "murmur/run/report/report.h"
#include "murmur/run/text/say.h"
#include "murmur/run/train/progress.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::string file;
  std::optional<std::int64_t> steps_limit;
  bool trace = false;
};

void print_results(const run::Summary& summary, const std::filesystem::path& folder, bool verbose) {
  fmt::print("{}: {} workers, {} parameters each, {} steps in {}, {}\n",
             summary.name,
             summary.workers,
             summary.parameters,
             summary.steps,
             run::duration_text(summary.totals.at("time/wall_s")),
             summary.status);
  if (verbose) {
    fmt::print("  {} of {} training examples for each worker, {} test examples\n",
               summary.data.examples_per_worker,
               summary.data.training_examples,
               summary.data.test_examples);
  }
  for (const auto& [name, value] : summary.final) {
    const auto best = summary.best.find(name);
    fmt::print("  {:<28} {:<12.6g}", name, value);
    if (best != summary.best.end()) {
      fmt::print(" best {:.6g} at step {}", best->second.value, best->second.step);
    }
    fmt::print("\n");
  }
  fmt::print("results in {}\n", folder.string());
  fmt::print("digest {}\n", summary.digest);
}

void print_line(const run::MetricsLine& line) {
  std::string text = fmt::format("step {}", line.step);
  std::vector<std::string> names{"train/loss", "eval/loss_local_mean"};
  if (const run::Measure* measure = run::main_score(line.values).measure) {
    const std::vector<std::string> scores{measure->main_metric(), measure->metric("_averaged")};
    names.insert(names.end(), scores.begin(), scores.end());
    for (const std::string& score : scores) {
      names.push_back(run::validation_name(score));
    }
  }
  names.emplace_back("consensus/distance");
  for (const std::string& name : names) {
    const auto found = line.values.find(name);
    if (found != line.values.end()) {
      text += fmt::format("  {} {:.4g}", name, found->second);
    }
  }
  run::say(stderr, "{}\n", text);
}

run::TrainOutcome train_with_progress(const Arguments& arguments,
                                      const run::Config& config,
                                      const std::filesystem::path& folder,
                                      run::World& world,
                                      const std::atomic<int>* stop) {
  const bool quiet = arguments.common.quiet || !world.is_first();
  run::ProgressLine progress(stderr, config.name, quiet);
  const auto warn = warner(arguments.common);
  run::TrainRequest request{.folder = folder,
                            .resume = arguments.common.resume,
                            .steps_limit = arguments.steps_limit,
                            .resources = nullptr,
                            .world = world.is_alone() ? nullptr : &world,
                            .progress = [&](const run::Progress& p) { progress.draw(p); },
                            .line = {},
                            .warn =
                                [&](const std::string& message) {
                                  if (world.is_first()) {
                                    progress.clear();
                                    warn(message);
                                  }
                                },
                            .report = run::write_report,
                            .stop = stop};
  if (arguments.common.verbose && world.is_first()) {
    request.line = [&](const run::MetricsLine& line) {
      progress.clear();
      print_line(line);
    };
  }
  return run::train(config, request);
}

// An error in the options alone, the same in every process.
std::optional<UserError> mistake_in(const Arguments& arguments) {
  if (arguments.steps_limit.value_or(0) < 0) {
    return UserError(
        fmt::format("--steps-limit must be 0 or more, not {}", *arguments.steps_limit));
  }
  const std::vector<std::string>& set = arguments.common.set;
  if (arguments.trace && std::find(set.begin(), set.end(), "output.trace=false") != set.end()) {
    return UserError(
        "--trace and --set output.trace=false contradict each other; give one of them");
  }
  return std::nullopt;
}

ExitCode train_in(run::World& world, const Arguments& arguments, const std::atomic<int>* stop) {
  if (const auto mistake = mistake_in(arguments)) {
    world.agree(mistake);
  }
  run::Overrides overrides = arguments.common.overrides();
  if (arguments.trace) {
    overrides.set.emplace_back("output.trace=true");
  }
  const run::Config config =
      run::load_config(world, arguments.file, run::Purpose::kTrain, overrides);
  std::filesystem::path folder = arguments.common.output
                                     ? std::filesystem::path(*arguments.common.output)
                                     : run::default_folder(config);
  const std::string of_first = world.broadcast(std::filesystem::absolute(folder).string());
  folder = world.is_first() ? folder : std::filesystem::path(of_first);
  const run::TrainOutcome outcome = train_with_progress(arguments, config, folder, world, stop);
  if (!world.is_first()) {
    report_unless_told(outcome);
    return outcome.code;
  }
  const bool has_results = !outcome.summary.digest.empty();
  if (arguments.common.json && has_results) {
    fmt::print("{}\n", run::to_json(outcome.summary).dump(2));
  } else if (has_results) {
    print_results(outcome.summary, folder, arguments.common.verbose);
  }
  if (!outcome.message.empty()) {
    run::say(stderr, "murmur: {}\n", outcome.message);
  }
  if (outcome.already_there && !arguments.common.quiet) {
    run::say(stderr, "murmur: {} holds this run already; nothing was computed\n", folder.string());
  }
  return outcome.code;
}

ExitCode run_train(const Arguments& arguments) {
  return in_world([&](run::World& world, const std::atomic<int>* stop) {
    return train_in(world, arguments, stop);
  });
}

}  // namespace

void add_train_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("train", "one training run");
  command->add_option("file", arguments->file, "configuration (TOML)")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--steps-limit",
                   arguments->steps_limit,
                   "stop after so many steps in all, with a checkpoint")
      ->type_name("N");
  command->add_flag("--trace",
                    arguments->trace,
                    "write trace.json (Chrome trace): gradients, kernels, sends and waits");
  add_common_options(*command, arguments->common);
  command->callback([arguments, &invocation] {
    invocation.run = [arguments] { return run_train(*arguments); };
    invocation.knows_processes = true;
  });
}

}  // namespace murmur::cli
