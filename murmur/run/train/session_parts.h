// SPDX-License-Identifier: Apache-2.0
// Types that the files of a session share.
#pragma once

#include <chrono>
#include <vector>

#include "murmur/engine/engine.h"

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
  bool extra_line = false;  // the last line was written because the run stopped there
  double wall_s = 0;        // this and the members below: at the start of this call
  double evaluation_s = 0;
  engine::Times times;
  double wire_bytes = 0;  // between processes
};

}  // namespace murmur::run
