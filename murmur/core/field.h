// SPDX-License-Identifier: Apache-2.0
// A field: one vector per worker (or one for all workers) that an algorithm keeps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace murmur {

// Fields of a program as bits: bit f is field f.
using FieldSet = std::uint64_t;
constexpr FieldSet field_bit(std::size_t field) {
  return FieldSet{1} << field;
}

enum class FieldKind {
  kModel,    // what is evaluated; field 0 of every program, named "x"
  kMemory,   // survives the round: saved by a checkpoint; zero at birth unless it starts as x
  kScratch,  // lives within a round: not saved, not shown
};

// What an outer step does to a memory when it displaces the model.
enum class Units {
  kGradient,  // a momentum, a tracker: stays
  kModel,     // a previous model, an anchor: shifted by the same displacement
};

struct Field {
  std::string_view name;
  FieldKind kind = FieldKind::kMemory;
  Units units = Units::kGradient;
  bool shared = false;           // equal on all workers by construction: kept once
  bool starts_as_model = false;  // at birth a copy of x instead of zero
  // What a method is exact by: a tracker, the gradient it was last given, the last motion of exact
  // diffusion. No momentum, so no outer step forgets it or averages it away.
  bool correction = false;

  constexpr Field once() const {
    Field field = *this;
    field.shared = true;
    return field;
  }
  constexpr Field like_model() const {
    Field field = *this;
    field.units = Units::kModel;
    field.starts_as_model = true;
    return field;
  }
  constexpr Field that_corrects() const {
    Field field = *this;
    field.correction = true;
    return field;
  }
};

constexpr Field model(std::string_view name) {
  return {name, FieldKind::kModel, Units::kModel, false, false};
}
constexpr Field memory(std::string_view name) {
  return {name, FieldKind::kMemory};
}
constexpr Field scratch(std::string_view name) {
  return {name, FieldKind::kScratch};
}

}  // namespace murmur
