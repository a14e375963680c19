// SPDX-License-Identifier: Apache-2.0
// What the runs of a comparison warn of, before the first of them begins: each text once, with the
// rows, columns or cells that it concerns.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/compare/grid_runner.h"
#include "murmur/run/compare/plan.h"

namespace murmur::run {

// Says them, lets the runner know what is said, and returns it. A key that one run does not use is
// not said where another run uses it. Throws UserError: data that are needed to know are missing.
std::vector<std::string> say_warnings(const CompareRequest& request,
                                      const Plan& plan,
                                      const std::vector<PlannedRun>& runs,
                                      Runner& runner);

}  // namespace murmur::run
