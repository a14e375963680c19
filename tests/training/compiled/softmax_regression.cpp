// SPDX-License-Identifier: Apache-2.0
// A library as AOTInductor writes them, by hand: softmax regression, so that compiled models are
// tested without a compiler of Python. MURMUR_INPUTS is 6, of a step (row, buffers, gradient,
// draws, x, y), or 3, of outputs (row, buffers, x). Like those, it is not linked to libtorch.
//
// The row is fc.weight, fc.bias. The buffers are (steps). A draw moves the gradient of the first
// bias by up to 1e-5.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

extern "C" {
struct Tensor;
std::int32_t aoti_torch_get_data_ptr(Tensor* tensor, void** data);
std::int32_t aoti_torch_get_sizes(Tensor* tensor, std::int64_t** sizes);
std::int32_t aoti_torch_delete_tensor_object(Tensor* tensor);
std::int32_t aoti_torch_empty_strided(std::int64_t axes,
                                      const std::int64_t* sizes,
                                      const std::int64_t* strides,
                                      std::int32_t dtype,
                                      std::int32_t device_type,
                                      std::int32_t device,
                                      Tensor** tensor);
std::int32_t aoti_torch_dtype_float32();
std::int32_t aoti_torch_device_type_cpu();
}

namespace {

constexpr std::size_t kInputs = MURMUR_INPUTS;
constexpr std::size_t kClasses = 4;
constexpr std::size_t kPixels = 64;
constexpr std::size_t kBias = kClasses * kPixels;  // where it begins, a multiple of 64 bytes

template <class T>
T* data_of(Tensor* tensor) {
  void* data = nullptr;
  aoti_torch_get_data_ptr(tensor, &data);
  return static_cast<T*>(data);
}

std::size_t examples_of(Tensor* tensor) {
  std::int64_t* sizes = nullptr;
  aoti_torch_get_sizes(tensor, &sizes);
  return static_cast<std::size_t>(sizes[0]);
}

Tensor* tensor_of(const std::vector<std::int64_t>& sizes) {
  const std::vector<std::int64_t> strides{sizes.empty() ? 1 : sizes.back(), 1};
  Tensor* made = nullptr;
  aoti_torch_empty_strided(static_cast<std::int64_t>(sizes.size()),
                           sizes.data(),
                           strides.data(),
                           aoti_torch_dtype_float32(),
                           aoti_torch_device_type_cpu(),
                           0,
                           &made);
  return made;
}

double output(const float* row, const float* example, std::size_t label) {
  double sum = row[kBias + label];
  for (std::size_t k = 0; k < kPixels; ++k) {
    sum += static_cast<double>(row[label * kPixels + k]) * static_cast<double>(example[k]);
  }
  return sum;
}

Tensor* step(Tensor** inputs) {
  const float* row = data_of<float>(inputs[0]);
  data_of<float>(inputs[1])[0] += 1;
  float* gradient = data_of<float>(inputs[2]);
  const std::int64_t* draws = data_of<std::int64_t>(inputs[3]);
  const float* x = data_of<float>(inputs[4]);
  const std::int64_t* y = data_of<std::int64_t>(inputs[5]);
  const auto count = examples_of(inputs[4]);
  std::vector<double> sums(kBias + kClasses, 0.0);
  double loss = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const float* example = x + i * kPixels;
    std::vector<double> shares(kClasses);
    double all = 0;
    for (std::size_t label = 0; label < kClasses; ++label) {
      all += shares[label] = std::exp(output(row, example, label));
    }
    const auto own = static_cast<std::size_t>(y[i]);
    loss += std::log(all / shares[own]);
    for (std::size_t label = 0; label < kClasses; ++label) {
      const double derivative = shares[label] / all - (label == own ? 1 : 0);
      for (std::size_t k = 0; k < kPixels; ++k) {
        sums[label * kPixels + k] += derivative * static_cast<double>(example[k]);
      }
      sums[kBias + label] += derivative;
    }
  }
  const auto examples = static_cast<double>(count);
  std::transform(sums.begin(), sums.end(), gradient, [examples](double sum) {
    return static_cast<float>(sum / examples);
  });
  gradient[kBias] += static_cast<float>(1e-5 * static_cast<double>(draws[0]) / 4294967296.0);
  Tensor* result = tensor_of({});
  *data_of<float>(result) = static_cast<float>(loss / examples);
  return result;
}

Tensor* outputs(Tensor** inputs) {
  const float* row = data_of<float>(inputs[0]);
  const float* x = data_of<float>(inputs[2]);
  const std::size_t count = examples_of(inputs[2]);
  Tensor* result = tensor_of({static_cast<std::int64_t>(count), kClasses});
  float* values = data_of<float>(result);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t label = 0; label < kClasses; ++label) {
      values[i * kClasses + label] = static_cast<float>(output(row, x + i * kPixels, label));
    }
  }
  return result;
}

}  // namespace

extern "C" {

std::int32_t AOTInductorModelContainerCreateWithDevice(void** container,
                                                       std::size_t /*models*/,
                                                       const char* /*device*/,
                                                       const char* /*kernels*/) {
  *container = new int(0);
  return 0;
}

std::int32_t AOTInductorModelContainerDelete(void* container) {
  delete static_cast<int*>(container);
  return 0;
}

std::int32_t AOTInductorModelContainerGetNumInputs(void* /*container*/, std::size_t* count) {
  *count = kInputs;
  return 0;
}

std::int32_t AOTInductorModelContainerGetNumOutputs(void* /*container*/, std::size_t* count) {
  *count = 1;
  return 0;
}

std::int32_t AOTInductorModelContainerRun(void* /*container*/,
                                          Tensor** inputs,
                                          std::size_t count,
                                          Tensor** results,
                                          std::size_t /*results*/,
                                          void* /*stream*/,
                                          void* /*proxy_executor*/) {
  results[0] = kInputs == 6 ? step(inputs) : outputs(inputs);
  std::for_each(inputs, inputs + count, aoti_torch_delete_tensor_object);
  return 0;
}
}
