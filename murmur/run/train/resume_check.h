// SPDX-License-Identifier: Apache-2.0
// Whether a run may be resumed with a schedule of another length: it may if the longer schedule has
// the same rates at all steps made so far, so that the result is that of a run of the longer
// length.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "murmur/run/config/schedule.h"

namespace murmur::run {

struct MadeSteps {
  std::string name;  // of the schedule
  std::filesystem::path folder;
  std::int64_t steps = 0;  // made under `before`
};

// Throws UserError (exit code 6) if `now` is shorter or differs at a step already made.
void require_same_beginning(const Schedule& before, const Schedule& now, const MadeSteps& made);

}  // namespace murmur::run
