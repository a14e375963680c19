// SPDX-License-Identifier: Apache-2.0
// Performs runs in the world in which this process was started, and describes each result in one
// line, which is the same in every world.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/comm/transport.h"
#include "murmur/engine/engine.h"
#include "murmur/threads/pool.h"

namespace murmur::testing {

template <class S>
struct Experiment {
  Program<S> program;
  std::shared_ptr<const topology::Topology> topology;
  problems::Problem<S>* problem = nullptr;
  int steps = 0;
  std::shared_ptr<engine::EventSchedule> schedule = nullptr;
  engine::GradientSettings gradient = {};
  std::vector<engine::TensorFactors> factors_of_tensors = {};
  std::shared_ptr<const engine::Participation> participation = nullptr;
  std::shared_ptr<const codecs::Compression<S>> compression = nullptr;
};

// How many workers each process owns.
enum class Split {
  kEven,
  kFirstSmall,  // one each, except for the second process, which has the rest
  kLastLarge,   // one each, except for the last one
};

class RunRecorder {
 public:
  // `transport`: null for a single process.
  RunRecorder(comm::Transport* transport, int threads) : transport_(transport), pool_(threads) {}

  // Collective. Ends the process with the label if a step fails.
  template <class S>
  void perform(const std::string& label, const Experiment<S>& experiment, Split split);

  // Collective. On the first process a line per run, in order; empty on the others.
  std::vector<std::string> lines();

 private:
  // One process's result of a run: `common` must be the same on all of them.
  struct RunResult {
    std::string label;
    std::string common;
    std::vector<std::string> workers = {};  // a digest per local worker
  };

  int process() const { return transport_ == nullptr ? 0 : transport_->process(); }
  comm::Ownership ownership(int workers, Split split) const;

  comm::Transport* transport_;
  threads::Pool pool_;
  std::vector<RunResult> results_;
};

}  // namespace murmur::testing
