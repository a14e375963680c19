// SPDX-License-Identifier: Apache-2.0
// What an engine is made of, and the part of its state that is not in rows.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "murmur/comm/ownership.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"
#include "murmur/core/program.h"
#include "murmur/engine/costs/event_schedule.h"
#include "murmur/engine/settings/gradient_settings.h"
#include "murmur/engine/settings/participation.h"
#include "murmur/engine/settings/tensor_factors.h"
#include "murmur/problems/problem.h"
#include "murmur/threads/pool.h"
#include "murmur/topology/topology.h"

namespace murmur::codecs {
template <class S>
struct Compression;
}

namespace murmur::engine {

// What an engine is made of. Pointers are borrowed and outlive the engine.
template <class S>
struct EngineParts {
  Program<S> program;
  std::shared_ptr<const topology::Topology> topology;
  problems::Problem<S>* problem = nullptr;
  threads::Pool* pool = nullptr;
  comm::Transport* transport = nullptr;  // null: a world of one process
  comm::Ownership ownership;             // of as many processes as the transport has
  double weight_decay = 0;
  std::shared_ptr<EventSchedule> schedule =
      nullptr;          // of an asynchronous program; null: all equally fast
  Layout factors = {};  // of the program's fields with that layout
  GradientSettings gradient = {};
  std::vector<TensorFactors> factors_of_tensors = {};  // of the model's tensors; empty: all 1
  // Null: all workers take part. REQUIRES: of a program whose workers act together, keep a model
  // each, and need no other between two exact averages.
  std::shared_ptr<const Participation> participation = nullptr;
  // Of the messages that may be encoded; null: they are whole.
  std::shared_ptr<const codecs::Compression<S>> compression = nullptr;
};

template <class S>
const Layout& layout_of(const EngineParts<S>& parts, FieldLayout layout) {
  switch (layout) {
    case FieldLayout::kBuffers:
      return parts.problem->buffers();
    case FieldLayout::kFactors:
      return parts.factors;
    case FieldLayout::kParameters:
      break;
  }
  return parts.problem->layout();
}

// kInvalid: the engine would send more messages than the transport can distinguish. The same on all
// processes.
template <class S>
Status check_limits(const EngineParts<S>& parts);

struct Counters {
  std::int64_t step = 0;  // rounds performed
  // Rounds since the start or the last reset of the memory, less those whose rate left it as it
  // was: of the first tensor.
  std::int64_t age = 0;
  double previous_lr = 0;
  double round_lr = 0;          // sum of the rates of the program's round so far
  std::int64_t bytes_sent = 0;  // payload, all workers, as interface.md counts
  std::int64_t messages = 0;
  // Push-sum weights of all workers, then of what is in flight, slot by slot; empty while all
  // are 1.
  std::vector<double> push_weights = {};
  // How many batches each of all workers has begun; empty while that is `step`.
  std::vector<std::int64_t> batches = {};
  // The age of each group of tensors with factors of their own; empty while all are `age`.
  std::vector<std::int64_t> ages = {};
};

}  // namespace murmur::engine
