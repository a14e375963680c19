// SPDX-License-Identifier: Apache-2.0
// A model of PyTorch, compiled: a folder that murmur.compile() of the Python package writes
// (python/murmur/_compile.py).
//
//   compiled.json      the object below
//   step.so            (row, buffers, gradient, draws, *batch) -> loss
//   outputs.so         (row, buffers, inputs) -> outputs, in evaluation; of a classifier
//   model.safetensors  the start, by names of tensors
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/models/network.h"

namespace murmur::models {

struct CompiledTensor {
  std::string dtype;  // as torch names it: "float32"
  std::vector<std::int64_t> shape;
};

struct CompiledModel {
  std::filesystem::path folder;
  std::string torch;      // the version that it was compiled with and computes with: "2.15.0"
  std::string library;    // where its libtorch_cpu.so was
  std::string processor;  // that it was compiled for (processor.h)
  bool is_double = false;
  std::vector<Tensor> parameters;
  std::vector<Tensor> buffers;
  std::vector<CompiledTensor> batch;  // that a step takes; inputs and labels, of a classifier
  std::int64_t outputs = 0;           // of an example; 0: there is no outputs.so

  std::int64_t examples() const { return batch.front().shape.front(); }
};

// kMissing: there is no such folder, or no compiled.json in it; kDamaged.
Result<CompiledModel> read_compiled(const std::filesystem::path& folder);

}  // namespace murmur::models
