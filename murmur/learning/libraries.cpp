// SPDX-License-Identifier: Apache-2.0
// Rule for "auto" in single precision: oneDNN on x86-64 if it is available, otherwise torch.
// Measured for the products of an MLP 784-128-10 with batches of 32: on an AMD processor, oneDNN
// 2.6 takes 51 us and the MKL in torch 2.15 takes 127 us; on an Intel processor (AVX-512), both
// take the same time, and a call of oneDNN has less overhead than a call of torch with its tensors.
#include "murmur/learning/libraries.h"

#include <type_traits>

#include <torch/version.h>

#include "murmur/learning/compiled/libtorch.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

#if defined(__x86_64__)
constexpr bool kOnednnIsFast = true;
#else
constexpr bool kOnednnIsFast = false;
#endif

Failure unknown(const std::string& wish) {
  return {FailureKind::kInvalid,
          "there is no library '" + wish +
              "' for matrix products; there are 'auto', 'onednn' and 'torch'"};
}

// Whether oneDNN is to be used for the requested library.
Result<bool> means_onednn(const std::string& wish) {
  if (wish == "torch") {
    return false;
  }
  const Result<Matmul<float>> onednn = onednn_matmul();
  if (wish == "auto") {
    return kOnednnIsFast && static_cast<bool>(onednn);
  }
  if (wish != "onednn") {
    return unknown(wish);
  }
  if (!onednn) {
    return Failure{FailureKind::kInvalid, onednn.failure().message};
  }
  return true;
}

}  // namespace

std::string torch_version() {
  return TORCH_VERSION;
}

Result<std::string> matmul_library(const std::string& wish) {
  const Result<bool> onednn = means_onednn(wish);
  if (!onednn) {
    return onednn.failure();
  }
  return onednn.value() ? "onednn " + onednn_version() : "torch " + torch_version();
}

template <class S>
Result<Matmul<S>> find_matmul(const std::string& wish) {
  const Result<bool> onednn = means_onednn(wish);
  if (!onednn) {
    return onednn.failure();
  }
  if constexpr (std::is_same_v<S, float>) {
    if (onednn.value()) {
      return onednn_matmul();
    }
  }
  if (const Status loaded = load_torch(); !loaded) {
    return loaded.failure();
  }
  return torch_matmul<S>();
}

// Both may have one OpenMP runtime, whose number of threads torch is to see as it was, and get back
// at last.
void compute_alone() {
  compute_alone_in_torch();
  compute_alone_in_libtorch();
  compute_alone_in_onednn();
}

void compute_as_before() {
  compute_as_before_in_onednn();
  compute_as_before_in_libtorch();
  compute_as_before_in_torch();
}

template Result<Matmul<float>> find_matmul<float>(const std::string&);
template Result<Matmul<double>> find_matmul<double>(const std::string&);

}  // namespace murmur::learning
