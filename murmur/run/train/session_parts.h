// SPDX-License-Identifier: Apache-2.0
// Types that the files of a session share.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "murmur/engine/engine.h"
#include "murmur/run/config/config.h"
#include "murmur/run/records/metrics.h"

namespace murmur::run {

using Clock = std::chrono::steady_clock;

// Purposes of step requests. The text of a request to stop is the number of the signal.
enum RequestPurpose : int { kStop = 1, kDiverged = 2, kSave = 3 };

// What a checkpoint keeps besides the engine's state, so that the next line is the one that an
// uninterrupted run would have written.
struct RunState {
  // Per worker, since the last line: the weighted losses of the gradients taken, and their weights.
  std::vector<double> loss_sums;
  std::vector<double> loss_weights;
  bool tested_at_end = false;  // evaluation.test = "end" where the run stopped
  bool extra_line = false;     // the last line was written because the run stopped there
  double wall_s = 0;           // this and the members below: at the start of this call
  double evaluation_s = 0;
  engine::Times times;
  double wire_bytes = 0;  // between processes
};

// Throws UserError: checkpoint.best is no metric of this run.
void require_usable_best(const Config& config);

// Whether the last line has a better value of the metric than every line before; false without a
// metric.
bool is_new_best(const std::vector<MetricsLine>& lines, const std::string& metric);

}  // namespace murmur::run
