// SPDX-License-Identifier: Apache-2.0
// The compute threads. The caller is thread 0 and works too. Waiting threads sleep (they never spin
// for long), so a shared machine does not collapse.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace murmur::threads {

class Pool {
 public:
  // `on_start` runs once on every thread but the caller's before its first task; what it throws is
  // thrown here.
  explicit Pool(int threads, const std::function<void(int thread)>& on_start = {});
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  int threads() const;

  // Calls task(index, thread) for every index below count, each once, on any thread, and returns
  // when all are done. An exception thrown by a task is thrown here, after the others have ended;
  // of several the one with the lowest index. Tasks flush denormal numbers
  // (core/flush_denormals.h), on the caller, too, so it does not matter who does what. REQUIRES: no
  // other run() of this pool is under way.
  void run(std::size_t count, const std::function<void(std::size_t index, int thread)>& task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace murmur::threads
