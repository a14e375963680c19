// SPDX-License-Identifier: Apache-2.0
// Who wants to know when an engine does what: gradients, kernels, sends and waits, per worker.
#pragma once

#include <string_view>

#include "murmur/engine/observe/stopwatch.h"

namespace murmur::engine {

inline constexpr int kAllWorkers = -1;

// Threads: called from any of the engine's.
class Tracer {
 public:
  Tracer() = default;
  Tracer(const Tracer&) = delete;
  Tracer& operator=(const Tracer&) = delete;
  virtual ~Tracer() = default;

  // `worker`: kAllWorkers for what is done for all local ones at once.
  virtual void span(std::string_view what,
                    int worker,
                    SteadyClock::time_point begin,
                    SteadyClock::time_point end) = 0;
};

// Tells of what lasts as long as this lives.
class Traced {
 public:
  Traced(Tracer* tracer, std::string_view what, int worker)
      : tracer_(tracer), what_(what), worker_(worker) {
    if (tracer_ != nullptr) {
      begin_ = SteadyClock::now();
    }
  }
  Traced(const Traced&) = delete;
  Traced& operator=(const Traced&) = delete;
  ~Traced() {
    if (tracer_ != nullptr) {
      tracer_->span(what_, worker_, begin_, SteadyClock::now());
    }
  }

 private:
  Tracer* tracer_;
  std::string_view what_;
  int worker_;
  SteadyClock::time_point begin_{};
};

}  // namespace murmur::engine
