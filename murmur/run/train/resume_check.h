// SPDX-License-Identifier: Apache-2.0
// Whether a run may go on under another length of its schedule: where the rates of all steps that
// it has made are those of the longer schedule too, its end is that of a run of that length.
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

// Throws UserError (6) where it is shorter, or begins otherwise.
void require_same_beginning(const Schedule& before, const Schedule& now, const MadeSteps& made);

}  // namespace murmur::run
