// SPDX-License-Identifier: Apache-2.0
// The state of torch during a pass.
#pragma once

#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

namespace murmur::detail {

// During its lifetime this thread records gradients or not, and computes without torch's other
// threads. What was before is put back: a thread of the host's may be among those that compute.
class PassMode {
 public:
  explicit PassMode(bool gradients) : mode_(gradients), threads_(at::get_num_threads()) {
    if (threads_ != 1) {
      at::set_num_threads(1);
    }
  }
  PassMode(const PassMode&) = delete;
  PassMode& operator=(const PassMode&) = delete;
  ~PassMode() {
    if (threads_ != 1) {
      at::set_num_threads(threads_);
    }
  }

 private:
  c10::AutoGradMode mode_;
  int threads_;
};

}  // namespace murmur::detail
