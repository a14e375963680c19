// SPDX-License-Identifier: Apache-2.0
// A field of an algorithm: one row per worker, or one for all workers.
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
  kMemory,   // kept between rounds and saved by checkpoints; initially zero unless it starts as x
  kScratch,  // used within a round: not saved, not shown
};

// The effect on a memory of an outer step that displaces the model.
enum class Units {
  kGradient,  // a momentum, a tracker: unchanged
  kModel,     // a previous model, an anchor: shifted by the same displacement
};

// The tensors of a field's rows.
enum class FieldLayout {
  kParameters,  // those of the model
  kBuffers,     // what belongs to a model and is no parameter: running statistics
  kFactors,     // what the program's own layout says: low-rank factors
};
inline constexpr std::size_t kFieldLayouts = 3;

struct Field {
  std::string_view name;
  FieldKind kind = FieldKind::kMemory;
  Units units = Units::kGradient;
  bool shared = false;           // equal on all workers by construction: stored once
  bool starts_as_model = false;  // initially a copy of x instead of zero
  // State on which the exactness of a method relies: a tracker, the previous gradient, the last
  // displacement of exact diffusion. It is no momentum: outer steps neither reset nor average it.
  bool correction = false;
  FieldLayout layout = FieldLayout::kParameters;

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
  constexpr Field in(FieldLayout other) const {
    Field field = *this;
    field.layout = other;
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

// The buffers of every worker's model, and their mean while it is taken.
inline constexpr Field kBuffersField = memory("buffers").in(FieldLayout::kBuffers);
// What a codec keeps from step to step.
inline constexpr Field kFactorsField =
    memory("factors").in(FieldLayout::kFactors).once().that_corrects();
inline constexpr Field kBuffersMeanField = scratch("buffers_mean").in(FieldLayout::kBuffers);

}  // namespace murmur
