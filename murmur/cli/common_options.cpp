// SPDX-License-Identifier: Apache-2.0
#include "murmur/cli/commands.h"
#include "murmur/run/text/version.h"

namespace murmur::cli {

void add_common_options(CLI::App& command, CommonOptions& options) {
  // One value per --set, so that `--set a=1 FILE` does not take FILE as a second one.
  command.add_option("--set", options.set, "change one key of the configuration: key.path=value")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command.add_option("--seed", options.seed, "seed of everything random (MURMUR_SEED)")
      ->type_name("N");
  command.add_option("--output", options.output, "where results go; of a run, its folder")
      ->type_name("PATH");
  command.add_option("--threads", options.threads, "compute threads (MURMUR_THREADS)")
      ->type_name("N");
  command.add_flag("--resume", options.resume, "continue what was interrupted");
  command.add_flag("--json", options.json, "print JSON and nothing else");
  command.add_flag("-q,--quiet", options.quiet, "no progress and no warnings");
  command.add_flag("-v,--verbose", options.verbose, "say more");
  command.set_version_flag("--version", "murmur " + std::string(run::version()));
}

}  // namespace murmur::cli
