// SPDX-License-Identifier: Apache-2.0
// Rounds of a local worker whose gradient the caller computes: the engine's own round with its
// first pass turned inside out. What a problem would report while it computes, the caller
// announces:
//
//   begin(lr)   announce(range) ...   finish(loss)
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/engine/engine.h"

namespace murmur::engine {

template <class S>
class OwnRounds {
 public:
  // One worker is local, and every round takes one gradient, at the model as it was before.
  static bool suit(const Engine<S>& engine);

  // The engine outlives it. REQUIRES: suit(engine).
  explicit OwnRounds(Engine<S>* engine);

  // Where the gradient is to be: a row, whose padding stays zero.
  std::span<S> gradient();
  // Where the gradient of each tensor is instead, until finish(); null: in gradient().
  void lend(std::span<const S* const> values) { lent_.assign(values.begin(), values.end()); }
  // Whether the next round uses the worker's gradient.
  bool takes_part() const;

  bool has_begun() const { return open_.has_value(); }
  // The results are those of Engine::step().
  Status begin(double lr);
  // A range of the gradient is final; each once. The range and that of the model are then free, as
  // in problems::RangeReady.
  Status announce(CoordinateRange range);
  Result<std::span<const double>> finish(double loss);
  // After an exception, or a restored engine.
  void forget();

 private:
  struct Open {
    const std::vector<Pass<S>>* passes = nullptr;
    std::size_t gradient = 0;  // the pass that takes the gradient
    Way<S>* early = nullptr;   // null, or what is sent while the gradient is computed
    BucketCount count;
  };
  int worker() const;
  void use(std::size_t bucket);
  // The kernels over a range of the gradient, as Engine::use_gradient().
  void use(CoordinateRange range);
  void use_lent(const BoundKernel<S>& kernel, CoordinateRange block);
  void take_lent();  // into the row

  Engine<S>* engine_;
  std::vector<const S*> lent_;  // per tensor; empty: the gradient is in the row
  std::optional<Open> open_;    // begun and not finished
};

extern template class OwnRounds<float>;
extern template class OwnRounds<double>;

}  // namespace murmur::engine
