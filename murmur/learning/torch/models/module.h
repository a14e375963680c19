// SPDX-License-Identifier: Apache-2.0
// The bodies of networks as torch modules, one file per model, and the layers that they share.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <murmur/torch/module_rows.h>

#include "murmur/core/random.h"
#include "murmur/models/network.h"
#include "murmur/models/norm.h"
#include "murmur/models/residual.h"

namespace murmur::learning {

// Parameters and buffers have the names, shapes and order of the network's description, without the
// parameters of the head.
struct BodyModule : torch::nn::Module {
  // images: count x channels x rows x columns; returns count x features.
  virtual at::Tensor forward(const at::Tensor& images);
  // Of a model of text. tokens: count x length; padding: the same, true behind the end of a text.
  virtual at::Tensor forward_tokens(const at::Tensor& tokens, const at::Tensor& padding);

  // The random numbers of dropout in the pass at hand, which outlive it; null: nothing is dropped.
  const Random* dropout = nullptr;
};

// The body of a network's model. REQUIRES: the network has one.
std::shared_ptr<BodyModule> make_body_module(const models::Network& network);

// Registers the body of the model of that name, which is no chain, before main() or while the
// library is loaded. The file of a body ends with
//
//   const RegisteredBody kBert("bert", make_body<BertBody>);
struct RegisteredBody {
  using Make = std::shared_ptr<BodyModule> (*)(const models::Network& network);

  RegisteredBody(std::string_view model, Make make);
};

template <class Module>
std::shared_ptr<BodyModule> make_body(const models::Network& network) {
  return std::make_shared<Module>(network);
}

// The body of a network that is a chain.
std::shared_ptr<BodyModule> make_chain(const std::vector<models::chain::Layer>& layers);

// A residual network of any size, without its head.
std::shared_ptr<BodyModule> make_residual(const models::Residual& residual,
                                          std::int64_t image_channels);

// A norm and, where it is followed by one, its activation (models/norm.h).
class NormLayer {
 public:
  // Registered below `parent` under this path, unless it has no tensors.
  NormLayer(torch::nn::Module& parent,
            const std::string& name,
            const models::Norm& norm,
            std::int64_t channels,
            models::NormPlace place);

  // May change x in place: nothing else uses the output of the convolution before it.
  at::Tensor operator()(const at::Tensor& x) const { return forward_(x); }

 private:
  std::function<at::Tensor(const at::Tensor&)> forward_;
};

// The images in the memory format in which the network is faster: channels last, unless a norm
// reshapes.
at::Tensor in_fast_format(const at::Tensor& images, const models::Norm& norm);

// Zeroes a share of the values and divides the others by 1 - share. Value i of dropout number
// `place` of a model is dropped as a function of (draws, place, i). Null draws: returns x.
at::Tensor drop(const at::Tensor& x, double share, const Random* draws, std::uint64_t place);

}  // namespace murmur::learning
