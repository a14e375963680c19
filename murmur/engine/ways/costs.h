// SPDX-License-Identifier: Apache-2.0
// What a way of talking says of its costs, to the engine that counts what it sends and to those who
// ask without performing anything (engine/costs).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "murmur/core/field.h"
#include "murmur/timing/edges.h"

namespace murmur::engine {

// Numbers in a row, without padding, by layout.
class RowNumbers {
 public:
  // A model without buffers.
  RowNumbers(std::int64_t parameters) : of_{parameters, 0, 0} {}  // NOLINT(google-explicit-*)
  explicit RowNumbers(const std::array<std::int64_t, kFieldLayouts>& of) : of_(of) {}
  std::int64_t of(FieldLayout layout) const { return of_[static_cast<std::size_t>(layout)]; }

  // Bytes of a bit per parameter, in which every tensor begins with a byte of its own; without
  // them, as of one tensor.
  RowNumbers with_bits(std::int64_t bytes) const {
    RowNumbers other = *this;
    other.bytes_of_bits_ = bytes;
    return other;
  }
  std::int64_t bytes_of_bits() const {
    return bytes_of_bits_ > 0 ? bytes_of_bits_ : (of(FieldLayout::kParameters) + 7) / 8;
  }

 private:
  std::array<std::int64_t, kFieldLayouts> of_;
  std::int64_t bytes_of_bits_ = 0;
};

struct Traffic {
  std::int64_t bytes = 0;
  std::int64_t messages = 0;

  friend Traffic operator+(Traffic a, Traffic b) {
    return {a.bytes + b.bytes, a.messages + b.messages};
  }
};

// Of an exact average as ring all-reduces, one per group of so many workers, 0: of all. Every
// worker sends 2 (m - 1) parts of 1/m of the message.
Traffic ring_traffic(int workers, int group, std::int64_t message);

// The step that costs are asked for.
struct StepCosts {
  std::int64_t step = 0;
  int workers = 1;
  std::int64_t edges = 0;                // directed, of the step's graph
  bool rows_sum_to_one = true;           // of its matrix
  bool weights_differ = false;           // push-sum's weights, which then travel with the numerator
  const timing::Edges* graph = nullptr;  // the edges, for events; valid until the next step
  // Those that take part, valid until the next step; null: all workers.
  const std::vector<int>* drawn = nullptr;
};

// Of an exact average of one message per worker, over all or over groups of so many.
Traffic average_traffic(const StepCosts& step, int group, std::int64_t message);

// One thing that a step does to machines. Their order is that of the round.
struct CommEvent {
  enum class Kind {
    kGradient,
    kExchange,
    kSend,
    kArrive,
    kAverage,
    kSequential,  // from worker to worker, round the circle
    kPairs,       // of an asynchronous program: the pairs that averaged in this step
  };
  Kind kind = Kind::kGradient;
  double bytes = 0;                      // of one message; average: of what is averaged
  const timing::Edges* edges = nullptr;  // exchange, send; valid until the next step
  std::size_t slot = 0;                  // send, arrive
  int group = 0;                         // average: of groups of so many workers; 0: of all
  const std::vector<timing::Edge>* pairs = nullptr;  // pairs: valid until the next step
  std::int64_t passes = 1;                           // gradient: forward and backward passes
  bool early = true;  // gradient: parts are final during the last pass
  // Gradient, average: those that take part, valid until the next step; null: all workers.
  const std::vector<int>* drawn = nullptr;
};

}  // namespace murmur::engine
