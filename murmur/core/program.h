// SPDX-License-Identifier: Apache-2.0
// A round as data: fields, stages, kernels as function pointers over blocks of coordinates.
// Engines, checkpoints, byte counts, help and laws see only this; make_program.h makes one from a
// file that reads like the paper.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "murmur/core/field.h"
#include "murmur/core/stage.h"

namespace murmur {

// Applies a kernel to `count` coordinates. fields[k] points at the first of them in the row of the
// field that the stage binds to the kernel's k-th; gradient likewise, raw, or null. Rows do not
// overlap.
template <class S>
using Kernel = void (*)(S* const* fields,
                        const S* gradient,
                        std::size_t count,
                        const Round<S>& round,
                        const void* options);

// Sum over `count` coordinates of a reducing kernel, in double, in an order that `count` alone
// fixes.
template <class S>
using Reducer = double (*)(S* const* fields,
                           const S* gradient,
                           std::size_t count,
                           const Round<S>& round,
                           const void* options);

template <class S>
struct Stage {
  StageKind kind = StageKind::kLocal;
  Kernel<S> kernel = nullptr;      // gradient, local
  Reducer<S> reducer = nullptr;    // reduce
  std::vector<std::size_t> binds;  // the kernel's fields, as the program numbers them
  std::uint64_t reads = 0;         // bit f: field f of the program
  std::uint64_t writes = 0;
  std::vector<std::size_t> fields;  // mix, average: what travels; reset: what is born again
  std::size_t at = 0;               // gradient: where
  std::size_t into = 0;             // average, reduce over filters: the field that receives
  std::size_t slot = 0;             // send, arrive: which of the messages in flight
  int group = 0;  // average, reset weights: over contiguous groups of so many workers; 0: over all
  Over over = Over::kWorker;
  std::function<bool(std::int64_t step)> due;  // empty: at every step
  std::shared_ptr<const void> options;

  bool due_at(std::int64_t step) const { return !due || due(step); }
};

template <class S>
struct Program {
  std::string name;
  std::vector<Field> fields;
  std::vector<Stage<S>> round;
  // Asynchronous: how many of the first stages workers perform one by one, in the order of events;
  // the others follow once per step. 0: all workers act together.
  std::size_t event_stages = 0;
  // At rates up to this one a round leaves the memory as it is, and its age. Less than 0: at none.
  double still_rate = -1;

  // Returns its place. REQUIRES: the program has fewer than kMostFields.
  std::size_t add_field(const Field& field);
  // REQUIRES: there is a field of that name.
  std::size_t index_of(std::string_view field) const;
  bool mixes() const;  // talks to neighbors, be it by mixing or by pushing
  // Push-sum: the field whose quotient by the weight is the model.
  std::optional<std::size_t> numerator() const;
  std::size_t slots() const;  // messages that may be in flight between rounds
  bool is_asynchronous() const { return event_stages > 0; }
  // Every worker holds the same model by construction.
  bool keeps_one_model() const { return fields.front().shared; }
};

extern template struct Program<float>;
extern template struct Program<double>;

}  // namespace murmur
