// SPDX-License-Identifier: Apache-2.0
// A library that AOTInductor has compiled (torch/csrc/inductor/aoti_runtime/interface.h), as a
// function of tensors in the caller's memory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/learning/compiled/libtorch.h"

namespace murmur::learning {

struct ModelContainer;  // AOTInductorModelContainerOpaque

// Thread-safe.
class CompiledFunction {
 public:
  struct Input {
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides;
    std::int32_t dtype = 0;
  };

  // `inputs`: what it takes; it returns one tensor. `calls`: at the same time, at most; more wait.
  // kDamaged: there is no such file, or it is no such library; kInvalid: a type.
  static Result<std::unique_ptr<CompiledFunction>> open(
      const Libtorch& torch,
      const std::filesystem::path& path,
      const std::vector<models::CompiledTensor>& inputs,
      int calls);
  // Of open() alone.
  CompiledFunction(const Libtorch& torch, std::vector<Input> inputs)
      : torch_(torch), inputs_(std::move(inputs)) {}
  CompiledFunction(const CompiledFunction&) = delete;
  CompiledFunction& operator=(const CompiledFunction&) = delete;
  ~CompiledFunction();

  // Calls it with contiguous tensors, and copies `result.size()` bytes of the tensor that it
  // returns. Throws std::runtime_error if it fails.
  void operator()(std::span<void* const> inputs, std::span<std::byte> result) const;

 private:
  using Run = std::int32_t (*)(ModelContainer* container,
                               AtenTensor** inputs,
                               std::size_t input_count,
                               AtenTensor** outputs,
                               std::size_t output_count,
                               void* stream,
                               void* proxy_executor);

  const Libtorch& torch_;
  const std::vector<Input> inputs_;
  ModelContainer* container_ = nullptr;
  Run run_ = nullptr;
  std::int32_t (*delete_)(ModelContainer* container) = nullptr;
};

}  // namespace murmur::learning
