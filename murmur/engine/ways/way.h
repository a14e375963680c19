// SPDX-License-Identifier: Apache-2.0
// A way of talking: how a stage that needs other workers is performed, and what it costs. The
// engine walks this interface, virtual time and plans ask it for its traffic. One file per way and
// one line in way.cpp.
//
// A step of a way is performed in this order:
//
//   open(call)  post(worker, bucket) ...    optional: while the gradients before it are taken
//   begin(call)                             rows are as they are to be sent
//   wait(unit)  work()(range, thread) ...   unit after unit; blocks of a unit on any thread
//   close()
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"
#include "murmur/core/program.h"
#include "murmur/engine/ways/coded_size.h"
#include "murmur/engine/ways/costs.h"
#include "murmur/engine/ways/state.h"

namespace murmur::engine {

// Which exchange it is.
struct Call {
  std::int64_t step = 0;
  comm::Tag tag = 0;
  // Of an event batch; null: the topology's at this step.
  const topology::MixingMatrix* matrix = nullptr;
};

// What is done to a block of coordinates of all local workers before the kernels behind the stage;
// empty: nothing.
using BlockWork = std::function<void(CoordinateRange range, int thread)>;

template <class S>
struct WayParts {
  const Program<S>* program = nullptr;
  RowNumbers numbers{0};
  CodedSize coded = {};                          // of messages that may be encoded
  WayState<S>* state = nullptr;                  // null: only costs are asked for
  const topology::Topology* topology = nullptr;  // of the run
};

template <class S>
class Way {
 public:
  explicit Way(const WayParts<S>& parts) : parts_(parts) {}
  Way(const Way&) = delete;
  Way& operator=(const Way&) = delete;
  virtual ~Way() = default;

  // Whether it may be opened and posted during the gradients before it. `touched`: the fields that
  // this pass looks at or changes.
  virtual bool overlaps(FieldSet /*touched*/) const { return false; }
  virtual void open(const Call& /*call*/) {}
  // A local worker's bucket is final. Any thread.
  virtual void post(int /*worker*/, std::size_t /*bucket*/) {}

  virtual void begin(const Call& call) = 0;
  // Units: the buckets of a row, or the whole row at once.
  virtual bool by_bucket() const { return false; }
  // Returns when what a unit needs is here.
  virtual Status wait(std::size_t unit) = 0;
  virtual BlockWork work() { return {}; }
  virtual void close() {}

  // Whether its messages follow the edges of the step's graph.
  virtual bool uses_graph() const { return false; }
  // Of one step. In the engine after begin(), of the step at hand.
  virtual Traffic traffic(const StepCosts& step) const = 0;
  // Of messages whose values say how long they are, what all workers sent in the step at hand: the
  // bytes of traffic() are then what was expected. After wait().
  virtual std::optional<std::int64_t> encoded_bytes() const { return std::nullopt; }
  // Of rows that it keeps beside the program's fields.
  virtual std::size_t bytes() const { return 0; }
  // Directed edges over which it sends in the step at hand. After begin().
  virtual std::int64_t edges() const { return 0; }
  // Adds what the step does, and says what it changes for the ways behind it.
  virtual void plan(StepCosts& step, std::vector<CommEvent>& events) const = 0;

 protected:
  WayState<S>& state() const { return *parts_.state; }
  const Program<S>& program() const { return *parts_.program; }
  const CodedSize& coded() const { return parts_.coded; }
  // Bytes of a message that holds one row of these fields.
  std::int64_t message(const std::vector<std::size_t>& fields) const {
    std::int64_t numbers = 0;
    for (const std::size_t f : fields) {
      numbers += parts_.numbers.of(program().fields[f].layout);
    }
    return numbers * static_cast<std::int64_t>(sizeof(S));
  }

 private:
  WayParts<S> parts_;
};

// Null: the stage does not talk.
template <class S>
std::unique_ptr<Way<S>> make_way(const WayParts<S>& parts, const Stage<S>& stage);

}  // namespace murmur::engine
