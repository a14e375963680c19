// SPDX-License-Identifier: Apache-2.0
// Performs runs in the world that this process was started in, and tells in one line per run what
// came out: the same line in every world.
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
struct Game {
  Program<S> program;
  std::shared_ptr<const topology::Topology> topology;
  problems::Problem<S>* problem = nullptr;
  int steps = 0;
  std::shared_ptr<engine::EventSchedule> schedule = nullptr;
};

// Which process owns how many workers.
enum class Split {
  kEven,
  kFirstSmall,  // one each, but for the second process, which has the rest
  kLastLarge,   // one each, but for the last one
};

class Player {
 public:
  // `transport`: null for a process alone.
  Player(comm::Transport* transport, int threads) : transport_(transport), pool_(threads) {}

  // Collective. Ends the process where a step fails, with the label.
  template <class S>
  void play(const std::string& label, const Game<S>& game, Split split);

  // Collective: a line per run, in order; on the first process, none on the others.
  std::vector<std::string> lines();

 private:
  // What a process knows of a run: `common` is to be the same on all of them.
  struct Told {
    std::string label;
    std::string common;
    std::vector<std::string> workers = {};  // the local ones, a digest each
  };

  int process() const { return transport_ == nullptr ? 0 : transport_->process(); }
  comm::Ownership ownership(int workers, Split split) const;

  comm::Transport* transport_;
  threads::Pool pool_;
  std::vector<Told> told_;
};

}  // namespace murmur::testing
