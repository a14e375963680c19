// SPDX-License-Identifier: Apache-2.0
// The functions of libtorch_cpu.so with C names (torch/csrc/inductor/aoti_torch/c/shim.h) that
// tensors are handed to a compiled model with, and none of torch's headers. The library is opened
// for all that is loaded after it, as compiled models are not linked to it.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/core/error.h"
#include "murmur/models/compiled/compiled.h"

namespace murmur::learning {

struct AtenTensor;  // AtenTensorOpaque

struct Libtorch {
  std::int32_t (*create_tensor)(void* data,
                                std::int64_t axes,
                                const std::int64_t* sizes,
                                const std::int64_t* strides,
                                std::int64_t offset,
                                std::int32_t dtype,
                                std::int32_t device_type,
                                std::int32_t device,
                                AtenTensor** tensor) = nullptr;
  std::int32_t (*data_of)(AtenTensor* tensor, void** data) = nullptr;
  std::int32_t (*delete_tensor)(AtenTensor* tensor) = nullptr;
  std::int32_t cpu = 0;  // the type of device
  int (*threads)() = nullptr;
  void (*set_threads)(int count) = nullptr;

  // Of "float32". kInvalid: torch has no such type.
  Result<std::int32_t> dtype(const std::string& name) const;
};

// The torch of this process: the one that is loaded, else the build's own, else the one that the
// model was compiled with. kInvalid: there is none, or it is of another version. Never unloaded.
Result<const Libtorch*> open_libtorch(const models::CompiledModel& model);

// As compute_alone() (matmul.h), for that torch.
void compute_alone_in_libtorch();
void compute_as_before_in_libtorch();

}  // namespace murmur::learning
