// SPDX-License-Identifier: Apache-2.0
// The compute threads. The caller is thread 0 and also executes tasks. Waiting threads spin only
// briefly and then sleep, so that a shared machine is not slowed down.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace murmur::threads {

class Pool {
 public:
  // `on_start` runs once on every thread except the caller's, before its first task. An exception
  // that it throws is rethrown by the constructor.
  explicit Pool(int threads, const std::function<void(int thread)>& on_start = {});
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool();

  int threads() const;

  // Calls task(index, thread) for every index below `count`, each once, on any thread, and returns
  // when all are done. If tasks throw, the exception with the lowest index is rethrown after all
  // tasks have ended. Tasks flush denormal numbers (core/host_program.h), also on the calling
  // thread, so results do not depend on which thread runs a task. REQUIRES: no other run() of this
  // pool is in progress.
  void run(std::size_t count, const std::function<void(std::size_t index, int thread)>& task);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace murmur::threads
