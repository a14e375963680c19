// SPDX-License-Identifier: Apache-2.0
// A body computed and differentiated by torch.
#include "murmur/learning/body.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "murmur/core/check.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

// One parameter tensor in a row.
struct Slot {
  std::size_t offset = 0;
  std::size_t size = 0;
  std::size_t end = 0;  // with padding
  std::vector<std::int64_t> shape;
};

template <class S>
at::TensorOptions options() {
  return at::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value);
}

template <class S>
at::Tensor view(const S* data, at::IntArrayRef shape) {
  return at::from_blob(const_cast<S*>(data), shape, options<S>());
}

template <class S>
class TorchBody : public Body<S> {
 public:
  TorchBody(const models::Network& network, const Layout& layout, std::size_t layers);

  const S* forward(const S* x, const S* images, std::int64_t count, S* gradient) override;
  void backward(const S* feature_gradient, const LayerReady& ready) override;

 private:
  std::vector<at::Tensor> views(const S* x, bool differentiable);
  at::Tensor apply(const at::Tensor& images, const std::vector<at::Tensor>& parameters) const;
  void write(std::size_t slot, const at::Tensor& value);

  ImageShape input_{};
  std::vector<models::Operation> operations_;
  std::vector<Slot> slots_;              // weight and bias alternately, in the order of the row
  std::vector<CoordinateRange> ranges_;  // of layers with parameters, in the same order

  // State of the last forward().
  at::Tensor features_;
  S* gradient_ = nullptr;
  std::vector<bool> written_;  // per slot
  const LayerReady* ready_ = nullptr;
};

template <class S>
std::vector<at::Tensor> TorchBody<S>::views(const S* x, bool differentiable) {
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    at::Tensor tensor = view(x + slots_[i].offset, slots_[i].shape);
    if (differentiable) {
      tensor.requires_grad_(true);
      tensor.register_hook([this, i](const at::Tensor& value) { write(i, value); });
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Copies a completed derivative into the row, and reports a layer when both of its derivatives are
// complete.
template <class S>
void TorchBody<S>::write(std::size_t index, const at::Tensor& value) {
  const Slot& slot = slots_[index];
  view(gradient_ + slot.offset, slot.shape).copy_(value);
  std::fill(gradient_ + slot.offset + slot.size, gradient_ + slot.end, S(0));
  written_[index] = true;
  const std::size_t weight = index / 2 * 2;
  if (written_[weight] && written_[weight + 1]) {
    (*ready_)(ranges_[index / 2]);
  }
}

template <class S>
at::Tensor TorchBody<S>::apply(const at::Tensor& images,
                               const std::vector<at::Tensor>& parameters) const {
  at::Tensor value = images;
  std::size_t next = 0;
  for (const models::Operation& operation : operations_) {
    if (const auto* conv = std::get_if<models::Conv2d>(&operation)) {
      value = at::conv2d(value, parameters[next], parameters[next + 1], 1, conv->padding);
      next += 2;
    } else if (const auto* pool = std::get_if<models::MaxPool2d>(&operation)) {
      value = at::max_pool2d(value, pool->size);
    } else if (std::holds_alternative<models::Relu>(operation)) {
      value = at::relu(value);
    } else {
      value = at::linear(value.flatten(1), parameters[next], parameters[next + 1]);
      next += 2;
    }
  }
  return value.flatten(1).contiguous();
}

template <class S>
TorchBody<S>::TorchBody(const models::Network& network, const Layout& layout, std::size_t layers) {
  input_ = network.input;
  for (std::size_t i = 0; i < layers; ++i) {
    operations_.push_back(network.layers[i].operation);
    if (const auto range = models::layer_range(network, layout, i)) {
      ranges_.push_back(*range);
    }
  }
  const std::vector<models::Parameter> parameters = models::parameters(network);
  for (std::size_t i = 0; i < parameters.size() && parameters[i].layer < layers; ++i) {
    const TensorSlot& slot = layout.tensors()[i];
    slots_.push_back({.offset = slot.offset,
                      .size = slot.size,
                      .end = layout.tensors()[i + 1].offset,
                      .shape = slot.shape});
  }
}

template <class S>
const S* TorchBody<S>::forward(const S* x, const S* images, std::int64_t count, S* gradient) {
  const c10::AutoGradMode mode(gradient != nullptr);
  const auto& [channels, rows, columns] = input_;
  const at::Tensor input = view(images, {count, channels, rows, columns});
  gradient_ = gradient;
  written_.assign(slots_.size(), false);
  features_ = apply(input, views(x, gradient != nullptr));
  return features_.template data_ptr<S>();
}

template <class S>
void TorchBody<S>::backward(const S* feature_gradient, const LayerReady& ready) {
  if (!slots_.empty()) {
    ready_ = &ready;
    features_.backward(view(feature_gradient, features_.sizes()));
    MURMUR_CHECK(std::ranges::find(written_, false) == written_.end(),
                 "a parameter of the body got no gradient");
  }
  features_ = at::Tensor();
}

}  // namespace

template <class S>
std::unique_ptr<Body<S>> make_torch_body(const models::Network& network,
                                         const Layout& layout,
                                         std::size_t layers) {
  return std::make_unique<TorchBody<S>>(network, layout, layers);
}

template std::unique_ptr<Body<float>> make_torch_body<float>(const models::Network&,
                                                             const Layout&,
                                                             std::size_t);
template std::unique_ptr<Body<double>> make_torch_body<double>(const models::Network&,
                                                               const Layout&,
                                                               std::size_t);

}  // namespace murmur::learning
