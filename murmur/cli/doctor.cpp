// SPDX-License-Identifier: Apache-2.0
// murmur doctor: what this machine and this build offer, how the process was launched, and what is
// wrong. In a consistent launch of several processes only the first one prints.
#include "murmur/run/inspect/doctor.h"

#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/comm/launch/launch.h"

namespace murmur::cli {
namespace {

ExitCode run_doctor(const CommonOptions& common) {
  if (!common.set.empty()) {
    throw UserError(
        "`doctor` reads no configuration, so --set changes nothing; `murmur data NAME --set "
        "data.folder=...` looks into another folder");
  }
  const Result<comm::Launch> launch = comm::detect_launch();
  if (launch && launch.value().process != 0) {
    return ExitCode::kDone;
  }
  const run::Diagnosis found = run::diagnose(common.output);
  if (common.json) {
    fmt::print("{}\n", to_json(found).dump(2));
  } else {
    fmt::print("{}", to_text(found));
  }
  return launch ? ExitCode::kDone : ExitCode::kUsage;
}

}  // namespace

void add_doctor_command(CLI::App& app, Invocation& invocation) {
  auto common = std::make_shared<CommonOptions>();
  CLI::App* command = app.add_subcommand(
      "doctor", "what this machine offers, how the process was launched, and what is wrong");
  add_common_options(*command, *common);
  command->callback([common, &invocation] {
    invocation.run = [common] { return run_doctor(*common); };
    invocation.knows_processes = true;
  });
}

}  // namespace murmur::cli
