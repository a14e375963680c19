// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <memory>
#include <string>

#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/normalization.h>

#include "murmur/learning/torch/autocast.h"
#include "murmur/learning/torch/models/layers.h"
#include "murmur/learning/torch/models/module.h"

namespace murmur::learning {
namespace {

constexpr double kEpsilon = 1e-5;

at::Tensor per_channel(const at::Tensor& values) {
  return values.view({1, -1, 1, 1});
}

// Both EvoNorms where an activation follows.
struct Evonorm : torch::nn::Module {
  Evonorm(const models::Norm& norm, std::int64_t channels)
      : groups(models::groups_of(norm, channels)),
        unbiased(norm.kind == models::NormKind::kEvonorm),
        weight(register_parameter("weight", torch::ones({channels}))),
        bias(register_parameter("bias", torch::zeros({channels}))) {
    if (norm.kind == models::NormKind::kEvonormS0) {
      v = register_parameter("v", torch::ones({channels}));
    }
  }

  at::Tensor forward(const at::Tensor& x) const {
    const at::Tensor grouped = x.reshape({x.size(0), groups, -1});
    const at::Tensor variance = grouped.var(2, unbiased, /*keepdim=*/true);
    const at::Tensor gated = x * at::sigmoid(v.defined() ? per_channel(v) * x : x);
    const at::Tensor scaled = gated.reshape(grouped.sizes()) / at::sqrt(variance + kEpsilon);
    return scaled.reshape(x.sizes()) * per_channel(weight) + per_channel(bias);
  }

  std::int64_t groups;
  bool unbiased;
  at::Tensor weight, bias, v;
};

// EvoNorm-S0 where no activation follows.
struct Affine : torch::nn::Module {
  explicit Affine(std::int64_t channels)
      : weight(register_parameter("weight", torch::ones({channels}))),
        bias(register_parameter("bias", torch::zeros({channels}))) {}

  at::Tensor forward(const at::Tensor& x) const {
    return x * per_channel(weight) + per_channel(bias);
  }

  at::Tensor weight, bias;
};

// The layer before its relu, if it has one.
std::function<at::Tensor(const at::Tensor&)> make_norm(torch::nn::Module& parent,
                                                       const std::string& name,
                                                       const models::Norm& norm,
                                                       std::int64_t channels,
                                                       bool activated) {
  const auto forward_of = [&](const auto& module) {
    place_module(parent, name, module);
    return [module](const at::Tensor& x) { return module->forward(x); };
  };
  switch (norm.kind) {
    case models::NormKind::kNone:
      break;
    case models::NormKind::kBatch:
      return forward_of(std::make_shared<torch::nn::BatchNorm2dImpl>(channels));
    case models::NormKind::kGroup: {
      const auto module = std::make_shared<torch::nn::GroupNormImpl>(norm.groups, channels);
      place_module(parent, name, module);
      return [module](const at::Tensor& x) { return module->forward(for_group_norm(x)); };
    }
    case models::NormKind::kEvonorm:
      if (!activated) {
        return forward_of(std::make_shared<torch::nn::BatchNorm2dImpl>(
            torch::nn::BatchNormOptions(channels).track_running_stats(false)));
      }
      return forward_of(std::make_shared<Evonorm>(norm, channels));
    case models::NormKind::kEvonormS0:
      if (!activated) {
        return forward_of(std::make_shared<Affine>(channels));
      }
      return forward_of(std::make_shared<Evonorm>(norm, channels));
  }
  return [](const at::Tensor& x) { return x; };
}

}  // namespace

at::Tensor in_fast_format(const at::Tensor& images, const models::Norm& norm) {
  return models::includes_activation(norm) ? images
                                           : images.contiguous(at::MemoryFormat::ChannelsLast);
}

NormLayer::NormLayer(torch::nn::Module& parent,
                     const std::string& name,
                     const models::Norm& norm,
                     std::int64_t channels,
                     models::NormPlace place) {
  const bool activated = place == models::NormPlace::kActivated;
  forward_ = make_norm(parent, name, norm, channels, activated);
  if (activated && !models::includes_activation(norm)) {
    forward_ = [forward = forward_](const at::Tensor& x) { return forward(x).relu_(); };
  }
}

}  // namespace murmur::learning
