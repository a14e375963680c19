// SPDX-License-Identifier: Apache-2.0
// The warnings of a comparison's runs, before the first of them begins: each text once, with the
// rows, columns or cells that it concerns.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/compare/grid_runner.h"
#include "murmur/run/compare/plan.h"

namespace murmur::run {

// Reports the warnings, marks them as known in the runner, and returns those reported. A warning
// that a key is unused is not reported if another run uses the key. Throws UserError if data that
// are needed to decide are missing.
std::vector<std::string> say_warnings(const CompareRequest& request,
                                      const Plan& plan,
                                      const std::vector<PlannedRun>& runs,
                                      GridRunner& runner);

}  // namespace murmur::run
