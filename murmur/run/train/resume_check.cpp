// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/resume_check.h"

#include <fmt/format.h>

#include "murmur/core/error.h"

namespace murmur::run {

void require_same_beginning(const Schedule& before, const Schedule& now, const MadeSteps& made) {
  const auto refuse = [&](const std::string& why) {
    throw UserError(fmt::format("{} cannot be resumed: {}", made.folder.string(), why),
                    ExitCode::kCheckpoint);
  };
  if (now.steps() < before.steps()) {
    refuse(fmt::format("its schedule had {} steps and has {} now; only a longer one can be resumed",
                       before.steps(),
                       now.steps()));
  }
  for (std::int64_t step = 0; step < made.steps; ++step) {
    if (before.rate(step) != now.rate(step)) {
      refuse(fmt::format(
          "schedule.name = \"{}\" depends on the length of the run. It has made {} steps of {}; of "
          "{} steps, step {} would have had the rate {:.6g} in place of {:.6g}, so the end would "
          "be "
          "that of neither. Keep the length, or start anew: without --resume and with another "
          "--output",
          made.name,
          made.steps,
          before.steps(),
          now.steps(),
          step,
          now.rate(step),
          before.rate(step)));
    }
  }
}

}  // namespace murmur::run
