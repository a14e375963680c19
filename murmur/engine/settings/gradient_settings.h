// SPDX-License-Identifier: Apache-2.0
// What is done to a worker's data gradient before its algorithm uses it, for every algorithm:
//
//   h_b  the gradient of batch b at p; with a sharpness rho the gradient of the same batch at
//        p + rho h / (||h|| + 1e-12)  (SAM: Foret et al., ICLR 2021)
//   g    the mean of h_b over the batches of the step
//   g'   g min(1, clip_norm / (||g|| + 1e-6)), as torch.nn.utils.clip_grad_norm_
//
// Norms are over all parameters of the worker.
#pragma once

#include <cstdint>
#include <functional>

namespace murmur::engine {

struct GradientSettings {
  std::int64_t accumulate = 1;  // batches of a step
  double sharpness = 0;         // rho; 0: none
  double clip_norm = 0;         // 0: none
  // How many batches the worker's step takes that begins with this batch: fewer at the end of an
  // epoch. Empty: `accumulate`.
  std::function<std::int64_t(int worker, std::int64_t batch)> batches_of_step = {};

  bool is_plain() const { return accumulate == 1 && sharpness == 0 && clip_norm == 0; }
  // Forward and backward passes of a step.
  std::int64_t passes() const { return sharpness > 0 ? 2 * accumulate : accumulate; }
  // Parts of a gradient are final while the last pass computes the others.
  bool is_final_early() const { return clip_norm == 0; }
  // Rows that a thread needs beside that of the gradient.
  int scratch_rows() const { return (accumulate > 1 ? 1 : 0) + (sharpness > 0 ? 1 : 0); }
};

}  // namespace murmur::engine
