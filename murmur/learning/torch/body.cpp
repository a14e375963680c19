// SPDX-License-Identifier: Apache-2.0
// A body computed and differentiated by torch.
#include "murmur/learning/body.h"

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <murmur/torch/module_rows.h>

#include "murmur/learning/torch.h"
#include "murmur/learning/torch/autocast.h"
#include "murmur/learning/torch/models/module.h"
#include "murmur/learning/torch/tokens.h"

namespace murmur::learning {
namespace {

template <class S>
at::Tensor view(const S* data, at::IntArrayRef shape) {
  return at::from_blob(
      const_cast<S*>(data), shape, at::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value));
}

std::vector<Parameter> places(const Layout& layout, std::size_t count) {
  std::vector<Parameter> all;
  for (const TensorSlot& slot : layout.tensors().first(count)) {
    all.push_back({slot.name, slot.shape, slot.offset, slot.size});
  }
  return all;
}

template <class S>
class TorchBody : public Body<S> {
 public:
  explicit TorchBody(const models::Network& network)
      : input_(network.input), bf16_(network.bf16), module_(make_body_module(network)) {
    const Layout layout = models::layout(network, sizeof(S));
    const Layout buffers = models::buffer_layout(network, sizeof(S));
    const std::size_t count = network.body_parameters();
    for (std::size_t i = 0; i < count; ++i) {
      ranges_.push_back({layout.tensors()[i].offset, layout.tensors()[i + 1].offset});
    }
    rows_ = std::make_unique<ModuleRows<S>>(
        module_, places(layout, count), places(buffers, buffers.tensors().size()));
  }

  const S* forward(const BodyPass<S>& pass) override {
    const c10::AutoGradMode mode(pass.gradient != nullptr);
    rows_->bind(pass.x, pass.buffers, pass.gradient != nullptr);
    module_->dropout = pass.dropout;
    gradient_ = pass.gradient;
    try {
      const Autocast autocast(bf16_);
      features_ = features(pass).to(c10::CppTypeToScalarType<S>::value).contiguous();
    } catch (const c10::Error& error) {
      throw std::runtime_error(std::string("torch cannot compute the model: ") +
                               error.what_without_backtrace());
    }
    return features_.template data_ptr<S>();
  }

  void backward(const S* feature_gradient, const LayerReady& ready) override {
    rows_->backward(features_,
                    view(feature_gradient, features_.sizes()),
                    gradient_,
                    [&](std::size_t parameter) { ready(ranges_[parameter]); });
    features_ = at::Tensor();
  }

 private:
  at::Tensor features(const BodyPass<S>& pass) {
    const data::BatchColumn<S>& inputs = *pass.inputs;
    if (inputs.lengths.empty()) {
      const auto& [channels, rows, columns] = input_;
      return module_->forward(
          view(inputs.numbers.values().data(), {pass.count, channels, rows, columns}));
    }
    return module_->forward_tokens(tokens_of(inputs), padding_of(inputs));
  }

  ImageShape input_{};
  bool bf16_ = false;
  std::vector<CoordinateRange> ranges_;  // of the parameters, with padding
  std::shared_ptr<BodyModule> module_;
  std::unique_ptr<ModuleRows<S>> rows_;

  // Of the last forward().
  at::Tensor features_;
  S* gradient_ = nullptr;
};

}  // namespace

template <class S>
std::unique_ptr<Body<S>> make_torch_body(const models::Network& network) {
  return std::make_unique<TorchBody<S>>(network);
}

template std::unique_ptr<Body<float>> make_torch_body<float>(const models::Network&);
template std::unique_ptr<Body<double>> make_torch_body<double>(const models::Network&);

}  // namespace murmur::learning
