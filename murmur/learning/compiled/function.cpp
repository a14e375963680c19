// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/compiled/function.h"

#include <cstring>
#include <stdexcept>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>

namespace murmur::learning {
namespace {

using Create = std::int32_t (*)(ModelContainer** container,
                                std::size_t models,
                                const char* device,
                                const char* kernels);
using Count = std::int32_t (*)(ModelContainer* container, std::size_t* count);

std::vector<std::int64_t> contiguous(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis > 0; --axis) {
    strides[axis - 1] = stride;
    stride *= shape[axis - 1];
  }
  return strides;
}

Failure no_library(const std::filesystem::path& path, const char* why) {
  return {FailureKind::kDamaged,
          fmt::format("{} is no library of a compiled model ({}); compile it again",
                      path.string(),
                      why == nullptr ? "a function is missing" : why)};
}

}  // namespace

Result<std::unique_ptr<CompiledFunction>> CompiledFunction::open(
    const Libtorch& torch,
    const std::filesystem::path& path,
    const std::vector<models::CompiledTensor>& inputs,
    int calls) {
  std::vector<Input> known;
  for (const models::CompiledTensor& each : inputs) {
    const Result<std::int32_t> dtype = torch.dtype(each.dtype);
    if (!dtype) {
      return dtype.failure();
    }
    known.push_back(
        {.shape = each.shape, .strides = contiguous(each.shape), .dtype = dtype.value()});
  }
  if (!std::filesystem::exists(path)) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("there is no file {}; compile the model again", path.string())};
  }
  // Never unloaded: a thread may still hold values of it.
  void* library = dlopen(std::filesystem::absolute(path).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    return no_library(path, dlerror());
  }
  auto made = std::make_unique<CompiledFunction>(torch, std::move(known));
  const auto find = [library](const char* symbol) { return dlsym(library, symbol); };
  const auto create = reinterpret_cast<Create>(find("AOTInductorModelContainerCreateWithDevice"));
  const auto takes = reinterpret_cast<Count>(find("AOTInductorModelContainerGetNumInputs"));
  const auto gives = reinterpret_cast<Count>(find("AOTInductorModelContainerGetNumOutputs"));
  made->run_ = reinterpret_cast<Run>(find("AOTInductorModelContainerRun"));
  made->delete_ =
      reinterpret_cast<decltype(made->delete_)>(find("AOTInductorModelContainerDelete"));
  if (create == nullptr || takes == nullptr || gives == nullptr || made->run_ == nullptr ||
      made->delete_ == nullptr) {
    return no_library(path, nullptr);
  }
  if (create(&made->container_, static_cast<std::size_t>(calls), "cpu", nullptr) != 0) {
    made->container_ = nullptr;
    return no_library(path, "it cannot be started");
  }
  std::size_t taken = 0;
  std::size_t given = 0;
  if (takes(made->container_, &taken) != 0 || gives(made->container_, &given) != 0 ||
      taken != inputs.size() || given != 1) {
    return no_library(path, "it takes other tensors than compiled.json says");
  }
  return made;
}

CompiledFunction::~CompiledFunction() {
  if (container_ != nullptr) {
    delete_(container_);
  }
}

void CompiledFunction::operator()(std::span<void* const> inputs,
                                  std::span<std::byte> result) const {
  MURMUR_CHECK(inputs.size() == inputs_.size(), "{} tensors", inputs.size());
  std::vector<AtenTensor*> tensors(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Input& input = inputs_[i];
    if (torch_.create_tensor(inputs[i],
                             std::ssize(input.shape),
                             input.shape.data(),
                             input.strides.data(),
                             0,
                             input.dtype,
                             torch_.cpu,
                             0,
                             &tensors[i]) != 0) {
      throw std::runtime_error("torch makes no tensor of a compiled model's inputs");
    }
  }
  AtenTensor* output = nullptr;  // the inputs are the callee's from now on
  if (run_(container_, tensors.data(), tensors.size(), &output, 1, nullptr, nullptr) != 0) {
    throw std::runtime_error("the compiled model failed; torch's message is above");
  }
  void* data = nullptr;
  torch_.data_of(output, &data);
  std::memcpy(result.data(), data, result.size());
  torch_.delete_tensor(output);
}

}  // namespace murmur::learning
