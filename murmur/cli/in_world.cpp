// SPDX-License-Identifier: Apache-2.0
#include "murmur/cli/in_world.h"

#include <cstdio>
#include <memory>

#include "murmur/cli/console.h"
#include "murmur/cli/signals.h"
#include "murmur/run/text/say.h"

namespace murmur::cli {

ExitCode in_world(const InWorld& perform) {
  const std::atomic<int>* stop = catch_signals();  // before MPI starts its threads
  const std::unique_ptr<run::World> world = run::World::open();
  try {
    return perform(*world, stop);
  } catch (const UserError& error) {
    return report_error(error);
  }
}

void report_unless_told(const run::TrainOutcome& outcome) {
  if (!outcome.told && !outcome.message.empty()) {
    run::say(stderr, "murmur: {}\n", outcome.message);
  }
}

}  // namespace murmur::cli
