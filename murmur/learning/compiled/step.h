// SPDX-License-Identifier: Apache-2.0
// A compiled model in this process.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "murmur/core/error.h"
#include "murmur/core/layout.h"
#include "murmur/learning/compiled/function.h"
#include "murmur/models/compiled/compiled.h"

namespace murmur::learning {

// Rows of S, which is the model's type. Null buffers: they must not change.
template <class S>
struct CompiledRows {
  const S* x = nullptr;
  S* gradient = nullptr;
  S* buffers = nullptr;
};

// Thread-safe.
class CompiledStep {
 public:
  // kDamaged: a file of the folder; kInvalid: it was compiled for another torch or
  // another processor.
  static Result<std::shared_ptr<const CompiledStep>> open(const models::CompiledModel& model);

  // Of open() alone.
  explicit CompiledStep(const models::CompiledModel& model);

  const models::CompiledModel& model() const { return model_; }
  const Layout& layout() const { return layout_; }
  const Layout& buffers() const { return buffers_; }

  // Writes the gradient of a batch, and zeros between its tensors; returns the loss. `draws`: the
  // random number of the batch. `batch`: the data of its tensors, which are only read.
  template <class S>
  double gradient(const CompiledRows<S>& rows,
                  std::uint64_t draws,
                  std::span<const void* const> batch) const;

  // Of as many examples as a batch has: examples x outputs. REQUIRES: the model has outputs.
  template <class S>
  void outputs(const S* x, const S* buffers, const void* inputs, std::span<S> out) const;

 private:
  const models::CompiledModel model_;
  const Layout layout_;
  const Layout buffers_;
  std::unique_ptr<CompiledFunction> step_;
  std::unique_ptr<CompiledFunction> outputs_;
};

extern template double CompiledStep::gradient(const CompiledRows<float>&,
                                              std::uint64_t,
                                              std::span<const void* const>) const;
extern template double CompiledStep::gradient(const CompiledRows<double>&,
                                              std::uint64_t,
                                              std::span<const void* const>) const;
extern template void CompiledStep::outputs(const float*,
                                           const float*,
                                           const void*,
                                           std::span<float>) const;
extern template void CompiledStep::outputs(const double*,
                                           const double*,
                                           const void*,
                                           std::span<double>) const;

}  // namespace murmur::learning
