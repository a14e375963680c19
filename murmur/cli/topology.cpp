// SPDX-License-Identifier: Apache-2.0
// murmur topology NAME: edges, weights, spectrum, time to consensus, bytes per round, a drawing.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"
#include "murmur/files/atomic_file.h"
#include "murmur/run/inspect/topology_view.h"
#include "murmur/topology/draw.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  run::TopologyRequest request;
  std::string svg;
};

void require(bool claim, const std::string& message) {
  if (!claim) {
    throw UserError(message);
  }
}

void check(const Arguments& arguments) {
  const run::TopologyRequest& request = arguments.request;
  const std::int64_t workers = request.workers.value_or(1);
  const std::int64_t steps = request.steps.value_or(1);
  constexpr std::int64_t kMostWorkers = (1 << 24) - 1;
  constexpr std::int64_t kMostSteps = 10000;
  constexpr std::int64_t kLastStep = 1'000'000'000'000;
  require(workers >= 1 && workers <= kMostWorkers,
          fmt::format("--workers must be from 1 to {}, not {}", kMostWorkers, workers));
  require(request.parameters >= 1,
          fmt::format("--parameters must be 1 or more, not {}", request.parameters));
  require(request.step >= 0 && request.step <= kLastStep,
          fmt::format("--step must be from 0 to {}, not {}", kLastStep, request.step));
  require(steps >= 1 && steps <= kMostSteps,
          fmt::format("--steps must be from 1 to {}, not {}", kMostSteps, steps));
  require(!arguments.common.output,
          "`topology` prints to standard output; --svg FILE writes the drawing");
}

// Every member with its value on a line of its own: matrices stay readable.
std::string lines_of(const nlohmann::ordered_json& json) {
  std::string text;
  for (const auto& [key, value] : json.items()) {
    text += fmt::format("{}\n  \"{}\": {}", text.empty() ? "{" : ",", key, value.dump());
  }
  return text + "\n}\n";
}

Status write_drawing(const run::TopologyView& view, const std::string& path) {
  constexpr std::int64_t kMostPanels = 8;
  return files::write_file(
      path,
      topology::draw_svg(view.choice.name,
                         view.choice.options,
                         *view.graph,
                         {.title = {},
                          .first_step = view.first_step,
                          .steps = static_cast<int>(std::min(view.steps, kMostPanels))}));
}

ExitCode run_topology(const Arguments& arguments) {
  check(arguments);
  run::TopologyRequest request = arguments.request;
  request.overrides = arguments.common.overrides();
  const run::TopologyView view = run::view_topology(request);
  if (!arguments.svg.empty()) {
    const Status written = write_drawing(view, arguments.svg);
    if (!written && written.failure().kind == FailureKind::kMissing) {
      throw UserError("--svg: " + written.failure().message);
    }
    if (!written) {
      return report_failure(written.failure().in("--svg"));
    }
  }
  fmt::print("{}", arguments.common.json ? lines_of(to_json(view)) : to_text(view));
  if (!arguments.svg.empty() && !arguments.common.json) {
    fmt::print("\ndrawing in {}\n", arguments.svg);
  }
  return ExitCode::kDone;
}

}  // namespace

void add_topology_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand(
      "topology", "one topology: edges, weights, spectrum, time to consensus, bytes, a drawing");
  run::TopologyRequest& request = arguments->request;
  command->add_option("name", request.name, "of a topology; `murmur list topologies` shows them")
      ->required()
      ->type_name("NAME");
  command->add_option("--workers", request.workers, "number of workers")->type_name("N");
  command
      ->add_option("--parameters", request.parameters, "of the model that is mixed, for the bytes")
      ->type_name("P");
  command->add_option("--step", request.step, "the first step to show")->type_name("T");
  command->add_option("--steps", request.steps, "how many steps to show")->type_name("K");
  command->add_option("--svg", arguments->svg, "write the drawing to a file")->type_name("FILE");
  add_common_options(*command, arguments->common);
  command->callback([arguments, &invocation] {
    invocation.run = [arguments] { return run_topology(*arguments); };
  });
}

}  // namespace murmur::cli
