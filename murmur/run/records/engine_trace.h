// SPDX-License-Identifier: Apache-2.0
// An engine's tracer that writes to the trace file of a run.
#pragma once

#include <cstdint>

#include "murmur/engine/observe/tracer.h"
#include "murmur/run/records/trace.h"

namespace murmur::run {

// Forwards the spans of an engine to a trace file.
class EngineTrace final : public engine::Tracer {
 public:
  // `began`: the time at which the run's clock was at `offset_s`. `step`: the current step of the
  // run.
  EngineTrace(TraceFile& file,
              const std::int64_t& step,
              double offset_s,
              engine::SteadyClock::time_point began)
      : file_(file), step_(step), offset_s_(offset_s), began_(began) {}
  void span(std::string_view what,
            int worker,
            engine::SteadyClock::time_point begin,
            engine::SteadyClock::time_point end) override {
    file_.span(what, worker, on_clock(begin), on_clock(end), step_);
  }

 private:
  double on_clock(engine::SteadyClock::time_point time) const {
    return offset_s_ + std::chrono::duration<double>(time - began_).count();
  }

  TraceFile& file_;
  const std::int64_t& step_;
  double offset_s_;
  engine::SteadyClock::time_point began_;
};

}  // namespace murmur::run
