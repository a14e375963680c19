// SPDX-License-Identifier: Apache-2.0
// An algorithm on an analytic problem, state by state. JSON lines,
//
//   {"step": 0, "loss": 1.234, "x": [[...], ...]}     x[i]: the model worker i would evaluate
//
// with "fields": {"momentum": [[...], ...]} where asked for, or CSV (step,worker,coordinate,x).
// Numbers carry 17 significant digits.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "murmur/core/error.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

struct SolveRequest {
  bool fields = false;
  bool csv = false;
  std::function<Status(std::string_view text)> write;  // whole lines
  std::function<void(const std::string&)> warn;
};

// Throws UserError for what does not fit together. kDiverged: a value became non-finite; all lines
// up to then are written.
Status solve(const Config& config, const SolveRequest& request);

}  // namespace murmur::run
