// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/body.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "murmur/core/check.h"

namespace murmur::learning {
namespace {

// One tensor of parameters, and how many of its layer's still wait for their gradient.
struct Slot {
  std::size_t offset = 0;
  std::size_t size = 0;
  std::size_t end = 0;  // with padding
  std::vector<std::int64_t> shape;
  std::size_t layer = 0;
};

template <class S>
at::TensorOptions options() {
  return at::TensorOptions().dtype(c10::CppTypeToScalarType<S>::value);
}

template <class S>
at::Tensor view(const S* data, at::IntArrayRef shape) {
  return at::from_blob(const_cast<S*>(data), shape, options<S>());
}

}  // namespace

template <class S>
struct Body<S>::State {
  models::ImageShape input{};
  std::vector<models::Operation> operations;
  std::vector<Slot> slots;              // weight and bias in turn, in the order of the row
  std::vector<CoordinateRange> ranges;  // of layers with parameters, in the same order

  // Of the last forward().
  at::Tensor features;
  S* gradient = nullptr;
  std::vector<bool> written;  // per slot
  const LayerReady* ready = nullptr;

  std::vector<at::Tensor> views(const S* x, bool differentiable);
  at::Tensor apply(const at::Tensor& images, const std::vector<at::Tensor>& parameters) const;
  void write(std::size_t slot, const at::Tensor& value);
};

template <class S>
std::vector<at::Tensor> Body<S>::State::views(const S* x, bool differentiable) {
  std::vector<at::Tensor> tensors;
  for (std::size_t i = 0; i < slots.size(); ++i) {
    at::Tensor tensor = view(x + slots[i].offset, slots[i].shape);
    if (differentiable) {
      tensor.requires_grad_(true);
      tensor.register_hook([this, i](const at::Tensor& value) { write(i, value); });
    }
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

// Takes a finished derivative out of torch's hands, and announces the layer with its last one.
template <class S>
void Body<S>::State::write(std::size_t index, const at::Tensor& value) {
  const Slot& slot = slots[index];
  view(gradient + slot.offset, slot.shape).copy_(value);
  std::fill(gradient + slot.offset + slot.size, gradient + slot.end, S(0));
  written[index] = true;
  const std::size_t weight = index / 2 * 2;
  if (written[weight] && written[weight + 1]) {
    (*ready)(ranges[index / 2]);
  }
}

template <class S>
at::Tensor Body<S>::State::apply(const at::Tensor& images,
                                 const std::vector<at::Tensor>& parameters) const {
  at::Tensor value = images;
  std::size_t next = 0;
  for (const models::Operation& operation : operations) {
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
Body<S>::Body(const models::Network& network, const Layout& layout)
    : state_(std::make_unique<State>()) {
  const std::size_t layers = first_of_head(network);
  state_->input = network.input;
  for (std::size_t i = 0; i < layers; ++i) {
    state_->operations.push_back(network.layers[i].operation);
    if (const auto range = models::layer_range(network, layout, i)) {
      state_->ranges.push_back(*range);
    }
  }
  const std::vector<models::Parameter> parameters = models::parameters(network);
  for (std::size_t i = 0; i < parameters.size() && parameters[i].layer < layers; ++i) {
    const TensorSlot& slot = layout.tensors()[i];
    state_->slots.push_back({.offset = slot.offset,
                             .size = slot.size,
                             .end = layout.tensors()[i + 1].offset,
                             .shape = slot.shape,
                             .layer = parameters[i].layer});
  }
}

template <class S>
Body<S>::~Body() = default;

template <class S>
bool Body<S>::exists() const {
  return !state_->operations.empty();
}

template <class S>
const S* Body<S>::forward(const S* x, const S* images, std::int64_t count, S* gradient) {
  const c10::AutoGradMode mode(gradient != nullptr);
  const auto& [channels, rows, columns] = state_->input;
  const at::Tensor input = view(images, {count, channels, rows, columns});
  state_->gradient = gradient;
  state_->written.assign(state_->slots.size(), false);
  state_->features = state_->apply(input, state_->views(x, gradient != nullptr));
  return state_->features.template data_ptr<S>();
}

template <class S>
void Body<S>::backward(const S* feature_gradient, const LayerReady& ready) {
  if (!state_->slots.empty()) {
    state_->ready = &ready;
    state_->features.backward(view(feature_gradient, state_->features.sizes()));
    MURMUR_CHECK(std::ranges::find(state_->written, false) == state_->written.end(),
                 "a parameter of the body got no gradient");
  }
  state_->features = at::Tensor();
}

template class Body<float>;
template class Body<double>;

}  // namespace murmur::learning
