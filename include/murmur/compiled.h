// SPDX-License-Identifier: Apache-2.0
// A model of PyTorch that murmur.compile() of the Python package has compiled: its gradients
// without Python, by the libtorch_cpu.so of the version that compiled it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <murmur/task.h>

namespace murmur::library {
class CompiledState;
}

namespace murmur {
inline namespace v0_1 {
#pragma GCC visibility push(default)

// Thread-safe. Throws Error for a folder that is none, or was compiled for another torch or another
// processor.
class CompiledModel {
 public:
  explicit CompiledModel(const std::string& folder);
  CompiledModel(CompiledModel&&) noexcept;
  CompiledModel& operator=(CompiledModel&&) noexcept;
  ~CompiledModel();

  // Of this machine, for which a model is compiled: vendor, family, model and vector instructions.
  static std::string processor();

  bool is_double() const;  // otherwise its numbers are single
  const std::vector<Parameter>& parameters() const;
  const std::vector<Parameter>& buffers() const;

  // Writes the gradient of a batch, whose tensors are contiguous and of the types and shapes that
  // the model was compiled for; returns its loss. What dropout draws is a function of the seed, the
  // worker and the batch that are asked for. Throws Error for rows of the other precision.
  double gradient(const BasicGradient<float>& asked, const std::vector<const void*>& batch) const;
  double gradient(const BasicGradient<double>& asked, const std::vector<const void*>& batch) const;

 private:
  std::unique_ptr<library::CompiledState> state_;
};

#pragma GCC visibility pop
}  // namespace v0_1
}  // namespace murmur
