// SPDX-License-Identifier: Apache-2.0
// Runs an algorithm on an analytic problem and writes every state as a JSON line,
//
//   {"step": 0, "loss": 1.234, "x": [[...], ...]}     x[i]: the model worker i would evaluate
//
// with "fields": {"momentum": [[...], ...]} on request, or as CSV (step,worker,coordinate,x).
// Numbers have 17 significant digits.
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

// Throws UserError if parts of the configuration do not fit together. kDiverged: a value became
// non-finite; all lines before that step are written.
Status solve(const Config& config, const SolveRequest& request);

}  // namespace murmur::run
