// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/torch/models/module.h"

#include <array>
#include <memory>
#include <string_view>

#include "murmur/core/check.h"

namespace murmur::learning {
namespace {

template <class S>
void fill_mask(at::Tensor& mask, double share, const Random& draws, std::uint64_t place) {
  S* const values = mask.data_ptr<S>();
  const auto kept = static_cast<S>(1 / (1 - share));
  for (std::int64_t i = 0; i < mask.numel(); ++i) {
    const std::uint64_t index = (place << 40U) | static_cast<std::uint64_t>(i);
    values[i] = draws.uniform(index) < share ? S(0) : kept;
  }
}

}  // namespace

at::Tensor drop(const at::Tensor& x, double share, const Random* draws, std::uint64_t place) {
  if (draws == nullptr || share == 0) {
    return x;
  }
  at::Tensor mask = at::empty(x.sizes(), x.options().requires_grad(false));
  if (x.scalar_type() == at::kFloat) {
    fill_mask<float>(mask, share, *draws, place);
  } else {
    fill_mask<double>(mask, share, *draws, place);
  }
  return x * mask;
}

namespace {

struct BodyEntry {
  std::string_view model;
  std::shared_ptr<BodyModule> (*make)(const models::Network& network);
};

constexpr std::array kBodies{
    BodyEntry{"lenet", lenet_body},
    BodyEntry{"cifar-resnet", cifar_resnet_body},
    BodyEntry{"vgg11", vgg11_body},
};

}  // namespace

std::shared_ptr<BodyModule> make_body_module(const models::Network& network) {
  for (const BodyEntry& entry : kBodies) {
    if (entry.model == network.name) {
      return entry.make(network);
    }
  }
  MURMUR_CHECK(false, "'{}' has no body", network.name);
  return nullptr;
}

}  // namespace murmur::learning
