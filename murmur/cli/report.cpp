// SPDX-License-Identifier: Apache-2.0
// murmur report DIR...: writes the report of finished runs and comparisons, or writes it again.
#include "murmur/run/report/report.h"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/cli/commands.h"
#include "murmur/cli/console.h"

namespace murmur::cli {
namespace {

struct Arguments {
  CommonOptions common;
  std::vector<std::string> folders;
};

// All folders are checked before anything is written.
void require_reportable(const std::vector<std::string>& folders) {
  for (const std::string& folder : folders) {
    if (run::kind_of_folder(folder) == run::FolderKind::kNeither) {
      throw UserError(fmt::format(
          "'{}' holds neither a finished run (summary.json) nor a comparison (comparison.json); "
          "name the folder that `murmur train` or `murmur compare` wrote",
          folder));
    }
  }
}

ExitCode run_report(const Arguments& arguments) {
  if (arguments.common.output) {
    throw UserError("--output is not for `report`: a report is written into the folder it is of");
  }
  require_reportable(arguments.folders);
  nlohmann::ordered_json reports = nlohmann::ordered_json::array();
  for (const std::string& folder : arguments.folders) {
    if (const Status written = run::write_report(folder); !written) {
      return report_failure(written.failure());
    }
    const std::string file = (std::filesystem::path(folder) / "report.html").string();
    if (arguments.common.json) {
      reports.push_back(file);
    } else {
      fmt::print("{}\n", file);
    }
  }
  if (arguments.common.json) {
    fmt::print("{}\n", nlohmann::ordered_json{{"schema", 1}, {"reports", reports}}.dump(2));
  }
  return ExitCode::kDone;
}

}  // namespace

void add_report_command(CLI::App& app, Invocation& invocation) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command =
      app.add_subcommand("report", "(re)make the report of finished runs and comparisons");
  command->add_option("folder", arguments->folders, "folders of runs or comparisons")
      ->required()
      ->type_name("DIR");
  add_common_options(*command, arguments->common);
  command->callback([arguments, &invocation] {
    invocation.run = [arguments] { return run_report(*arguments); };
  });
}

}  // namespace murmur::cli
