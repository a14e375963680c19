// SPDX-License-Identifier: Apache-2.0
// A problem whose gradients also move buffers, by what the worker's batch alone says: two tensors,
// in which every worker starts alike.
#pragma once

#include <span>

#include "murmur/core/random.h"
#include "tests/support/worlds.h"

namespace murmur::testing {

template <class S>
class CountingBuffers : public RandomQuadratic<S> {
 public:
  explicit CountingBuffers(int workers, typename RandomQuadratic<S>::Shape shape = {3, 4, 5})
      : RandomQuadratic<S>(workers, {}, shape), buffers_(sizeof(S)) {
    buffers_.add("mean", {7});
    buffers_.add("variance", {3});
  }

  const Layout& buffers() const override { return buffers_; }
  void start_buffers(std::span<S> row) const override {
    for (const TensorSlot& tensor : buffers_.tensors()) {
      for (std::size_t c = 0; c < tensor.size; ++c) {
        row[tensor.offset + c] = S(1);
      }
    }
  }

  // What a worker's batch adds to a coordinate.
  static S moved(int worker, std::int64_t batch, std::size_t coordinate) {
    const Random draws(7, Stream::kTest, worker, batch);
    return static_cast<S>(draws.uniform(coordinate));
  }

  void gradients(std::span<problems::GradientJob<S>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override {
    for (const problems::GradientJob<S>& job : jobs) {
      for (const TensorSlot& tensor : buffers_.tensors()) {
        for (std::size_t c = tensor.offset; job.buffers && c < tensor.offset + tensor.size; ++c) {
          job.buffers[c] += moved(job.worker, job.batch, c);
        }
      }
    }
    RandomQuadratic<S>::gradients(jobs, thread, ready);
  }

 private:
  Layout buffers_;
};

}  // namespace murmur::testing
