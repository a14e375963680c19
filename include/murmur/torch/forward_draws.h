// SPDX-License-Identifier: Apache-2.0
// Forward passes that may draw from torch's default generator, which is one of the whole process. A
// pass that draws is made alone, behind the seed of its batch. As long as none has drawn, passes
// are made at the same time, and each compares the generator's state at its beginning and at its
// end: if they differ, it is made again, alone, as are all from then on.
//
//   INVARIANT: while passes are made at the same time, no earlier state is put back.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include <ATen/Context.h>
#include <ATen/core/Tensor.h>

namespace murmur::detail {

class ForwardDraws {
 public:
  // `known`: whether passes draw, if the user says so.
  explicit ForwardDraws(std::optional<bool> known) {
    if (known) {
      mode_ = *known ? Mode::kAlone : Mode::kUnwatched;
    }
  }

  // forward(), behind seed() if it draws. undo() puts back what a pass has changed that is made
  // again.
  template <class Seed, class Forward, class Undo>
  at::Tensor run(const Seed& seed, const Forward& forward, const Undo& undo) {
    if (mode_ == Mode::kUnwatched) {
      return forward();
    }
    while (true) {
      if (mode_ == Mode::kTogether) {
        const std::shared_lock together(mutex_);
        const at::Tensor before = state();
        at::Tensor value = forward();
        if (state().equal(before)) {
          return value;
        }
        mode_ = Mode::kAlone;
        undo();
      }
      const std::unique_lock alone(mutex_);
      if (mode_ != Mode::kTogether) {  // which another pass may have found meanwhile
        return run_alone(seed, forward);
      }
    }
  }

  // work(), which draws and puts the state back.
  template <class Work>
  auto apart(const Work& work) {
    const std::unique_lock alone(mutex_);
    return work();
  }

 private:
  enum class Mode { kUnknown, kTogether, kAlone, kUnwatched };

  static at::Tensor state() { return at::globalContext().defaultGenerator(at::kCPU).get_state(); }

  template <class Seed, class Forward>
  at::Tensor run_alone(const Seed& seed, const Forward& forward) {
    seed();
    if (mode_ == Mode::kAlone) {
      return forward();
    }
    const at::Tensor before = state();
    at::Tensor value = forward();
    mode_ = state().equal(before) ? Mode::kTogether : Mode::kAlone;
    return value;
  }

  std::shared_mutex mutex_;
  std::atomic<Mode> mode_ = Mode::kUnknown;
};

}  // namespace murmur::detail
