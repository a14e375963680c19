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

// What a method needs of its graph and of the run.
struct Needs {
  bool static_graph = false;      // neighbors keep copies of one another, or might
  bool undirected_graph = false;  // edges go both ways
  bool every_step = false;        // a mix at every step, or at the end of each of its own rounds
  bool own_model = false;         // no outer step: memories refer to models that it would replace
  bool unbiased = false;          // codecs decode to the mean, although public copies are kept
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
  Needs needs = {};
  // How many steps are a round of the program. The workers mix at the last one, by one matrix of
  // the graph per round.
  std::int64_t round_steps = 1;

  // Returns its place. REQUIRES: the program has fewer than kMostFields.
  std::size_t add_field(const Field& field);
  // A field for what a codec keeps, of each stage that keeps what is decoded.
  void add_kept_factors();
  // REQUIRES: there is a field of that name.
  std::size_t index_of(std::string_view field) const;
  bool mixes() const;      // talks to neighbors: by mixing, pushing or publishing
  bool publishes() const;  // neighbors keep copies
  bool needs_static_graph() const { return publishes() || needs.static_graph; }
  // What travels may be encoded; also by a codec that averages factors. What is decoded may stay in
  // public copies and memories.
  bool takes_codec() const;
  bool takes_factors() const;
  bool keeps_decoded() const { return publishes() || takes_factors(); }
  // What is decoded stays, so that codecs must contract.
  bool contracts() const { return keeps_decoded() && !needs.unbiased; }
  bool takes_outer_step() const { return !keeps_decoded() && !needs.own_model; }
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
