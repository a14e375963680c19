// SPDX-License-Identifier: Apache-2.0
// Push-sum's mass: the numerator and what is in flight. An outer step moves it as a whole; it is no
// memory to keep, reset or average.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "murmur/core/program.h"

namespace murmur::algorithms {

template <class S>
struct PushSumMass {
  std::optional<std::size_t> numerator;  // none: the base is no push-sum method
  std::vector<std::size_t> in_flight;

  explicit PushSumMass(const Program<S>& base) : numerator(base.numerator()) {
    for (const Stage<S>& stage : base.round) {
      if (const auto* send = stage.template as<SendStage>()) {
        in_flight.push_back(send->into);
      }
    }
  }

  bool is_memory(const Program<S>& program, std::size_t f) const {
    return program.fields[f].kind == FieldKind::kMemory && numerator != f &&
           std::find(in_flight.begin(), in_flight.end(), f) == in_flight.end();
  }
  // What `buffers` speaks of.
  bool is_momentum(const Program<S>& program, std::size_t f) const {
    return is_memory(program, f) && !program.fields[f].correction;
  }
};

}  // namespace murmur::algorithms
