// SPDX-License-Identifier: Apache-2.0
// A round as data: fields, stages, kernels as function pointers over blocks of coordinates.
// Engines, checkpoints, byte counts, help and laws see only this; make_program.h makes one from a
// file that reads like the paper.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "murmur/core/field.h"
#include "murmur/core/program_stages.h"

namespace murmur {

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
  // A field for what a codec keeps, of each stage that keeps what is decoded.
  void add_kept_factors();
  // REQUIRES: there is a field of that name.
  std::size_t index_of(std::string_view field) const;
  bool mixes() const;  // talks to neighbors: by mixing, pushing or publishing
  // Neighbors keep copies, so their graph must be the same at every step.
  bool needs_static_graph() const;
  // What travels may be encoded; also by a codec that averages factors. What is decoded may stay in
  // public copies and memories.
  bool takes_codec() const;
  bool takes_factors() const;
  bool keeps_decoded() const { return needs_static_graph() || takes_factors(); }
  // The fields kept once that a kernel writes.
  std::vector<std::size_t> shared_writes(const BoundKernel<S>& kernel) const;
  // Push-sum: the field whose quotient by the weight is the model.
  std::optional<std::size_t> numerator() const;
  // The field of the model's buffers.
  std::optional<std::size_t> buffers() const;
  std::size_t slots() const;  // messages that may be in flight between rounds
  bool is_asynchronous() const { return event_stages > 0; }
  // Every worker holds the same model by construction.
  bool keeps_one_model() const { return fields.front().shared; }
};

extern template struct Program<float>;
extern template struct Program<double>;

}  // namespace murmur
