// SPDX-License-Identifier: Apache-2.0
// murmur plan --measure: how long a run would take on this machine, in one process. Gradients are
// taken on all compute threads at once, as in a run: the median of five after two that warm up.
// What the algorithm does between them is performed with gradients that cost nothing.
//
//   step        ceil(gradients of a step / threads) gradient_s + algorithm_s
//   evaluation  ceil(parts of all models / threads) score_s
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "murmur/run/config/config.h"

namespace murmur::run {

struct Measured {
  int threads = 1;
  double gradient_s = 0;          // of a batch on one thread
  double gradients_per_step = 0;  // of all workers
  double algorithm_s = 0;         // of a step
  double step_s = 0;
  double evaluation_s = 0;  // of all evaluations; translations are not among them
  std::int64_t evaluations = 0;
  std::int64_t steps = 0;

  double run_s() const { return static_cast<double>(steps) * step_s + evaluation_s; }
};

// Throws UserError for what `train` would refuse; the data are needed.
Measured measure_run(const Config& config);

std::string to_text(const Measured& measured);
nlohmann::ordered_json to_json(const Measured& measured);

}  // namespace murmur::run
