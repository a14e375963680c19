// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/head.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

#include "murmur/core/check.h"

namespace murmur::learning {
namespace {

// A sum in a fixed order that can still be vectorized: 16 partial sums, reduced as a tree.
template <class S>
S sum(const S* values, std::size_t count) {
  std::array<S, 16> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= count; i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) {
      sums[k] += values[i + k];
    }
  }
  for (std::size_t k = 0; i < count; ++i, ++k) {
    sums[k] += values[i];
  }
  for (std::size_t half = sums.size() / 2; half > 0; half /= 2) {
    for (std::size_t k = 0; k < half; ++k) {
      sums[k] += sums[k + half];
    }
  }
  return sums[0];
}

// The nearest number of bfloat16, ties to the even one; NaN stays NaN.
float to_bf16(float value) {
  if (std::isnan(value)) {
    return value;
  }
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return std::bit_cast<float>((bits + 0x7fffU + ((bits >> 16U) & 1U)) & 0xffff0000U);
}
double to_bf16(double value) {
  return to_bf16(static_cast<float>(value));
}

// Sets `delta` to zero where the activation is not positive.
template <class S>
void mask(const S* __restrict values, std::size_t count, S* __restrict delta) {
  for (std::size_t i = 0; i < count; ++i) {
    delta[i] = values[i] > 0 ? delta[i] : S(0);
  }
}

}  // namespace

template <class S>
Head<S>::Head(const models::Network& network,
              const Layout& layout,
              const Objective& objective,
              std::int64_t most,
              Matmul<S> matmul)
    : bf16_(network.bf16), matmul_(matmul), loss_(make_loss<S>(objective, network.classes, most)) {
  const auto tensors = layout.tensors();
  std::int64_t widest = 0;
  std::int64_t largest = 0;
  std::int64_t outputs = 0;
  std::size_t weight = network.body_parameters();
  for (const models::Linear& linear : network.head) {
    const bool is_last = weight + 2 == tensors.size();
    const std::size_t end = is_last ? layout.row_size() : tensors[weight + 2].offset;
    layers_.push_back({.inputs = linear.inputs,
                       .outputs = linear.outputs,
                       .relu = !is_last,
                       .weight = tensors[weight].offset,
                       .bias = tensors[weight + 1].offset,
                       .range = {tensors[weight].offset, end},
                       .values = nullptr});
    widest = std::max(widest, linear.outputs);
    largest = std::max(largest, linear.outputs * linear.inputs);
    outputs += linear.outputs;
    weight += 2;
  }
  constexpr auto kLine = static_cast<std::int64_t>(kAlignment / sizeof(S));
  const auto pieces = static_cast<std::int64_t>(layers_.size()) + 4;
  const std::int64_t rounded = bf16_ ? largest + inputs() * most : 0;
  const std::int64_t total = (outputs + 2 * widest) * most + rounded + pieces * kLine;
  arena_ = Arena<S>({1}, static_cast<std::size_t>((total + kLine - 1) / kLine * kLine));
  for (LinearLayer& layer : layers_) {
    layer.values = allocate(layer.outputs * most);
  }
  delta_ = allocate(widest * most);
  next_delta_ = allocate(widest * most);
  if (bf16_) {
    rounded_weight_ = allocate(largest);
    rounded_features_ = allocate(inputs() * most);
  }
}

template <class S>
const S* Head<S>::operand(const S* values, std::int64_t size, S* room) const {
  if (!bf16_) {
    return values;
  }
  std::transform(values, values + size, room, [](S value) { return to_bf16(value); });
  return room;
}

template <class S>
void Head<S>::finish(S* values, std::int64_t size) const {
  if (bf16_) {
    operand(values, size, values);
  }
}

// Allocates from the arena, aligned to 64 bytes.
template <class S>
S* Head<S>::allocate(std::int64_t size) {
  constexpr std::size_t kLine = kAlignment / sizeof(S);
  S* const piece = arena_.row(0, 0) + used_;
  used_ += (static_cast<std::size_t>(size) + kLine - 1) / kLine * kLine;
  MURMUR_CHECK(used_ <= arena_.row_size(), "{} of {}", used_, arena_.row_size());
  return piece;
}

template <class S>
void Head<S>::activate(const LinearLayer& layer, const S* bias) const {
  const auto count = static_cast<std::size_t>(count_);
  for (std::size_t o = 0; o < static_cast<std::size_t>(layer.outputs); ++o) {
    S* const values = layer.values + o * count;
    const S b = bf16_ ? static_cast<S>(to_bf16(bias[o])) : bias[o];
    if (layer.relu) {
      for (std::size_t i = 0; i < count; ++i) {
        const S z = values[i] + b;
        values[i] = z < 0 ? S(0) : z;  // preserves NaN
      }
    } else {
      for (std::size_t i = 0; i < count; ++i) {
        values[i] += b;
      }
    }
  }
}

template <class S>
problems::Score Head<S>::forward(const S* x, const S* features, const Targets<S>& targets) {
  count_ = targets.count;
  const S* below = operand(features, count_ * inputs(), rounded_features_);
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const LinearLayer& layer = layers_[l];
    const Product product{.rows = layer.outputs,
                          .columns = count_,
                          .inner = layer.inputs,
                          .transpose_a = false,
                          .transpose_b = l == 0};
    const std::int64_t size = layer.outputs * layer.inputs;
    matmul_(product, operand(x + layer.weight, size, rounded_weight_), below, layer.values);
    activate(layer, x + layer.bias);
    finish(layer.values, layer.outputs * count_);
    below = layer.values;
  }
  return loss_->forward(below, targets, delta_);
}

// dW and db of a layer from delta_; sets the padding after each of them to zero.
template <class S>
void Head<S>::write_gradient(std::size_t l, const S* features, S* gradient) const {
  const LinearLayer& layer = layers_[l];
  const auto weight_end = layer.weight + static_cast<std::size_t>(layer.outputs) *
                                             static_cast<std::size_t>(layer.inputs);
  const auto bias_end = layer.bias + static_cast<std::size_t>(layer.outputs);
  const Product product{.rows = layer.outputs,
                        .columns = layer.inputs,
                        .inner = count_,
                        .transpose_a = false,
                        .transpose_b = l > 0};
  matmul_(product, delta_, l > 0 ? layers_[l - 1].values : features, gradient + layer.weight);
  const auto count = static_cast<std::size_t>(count_);
  for (std::size_t o = 0; o < static_cast<std::size_t>(layer.outputs); ++o) {
    gradient[layer.bias + o] = sum(delta_ + o * count, count);
  }
  finish(gradient + layer.weight, layer.outputs * layer.inputs);
  finish(gradient + layer.bias, layer.outputs);
  std::fill(gradient + weight_end, gradient + layer.bias, S(0));
  std::fill(gradient + bias_end, gradient + layer.range.end, S(0));
}

template <class S>
void Head<S>::backward(const S* x,
                       const S* features,
                       const Targets<S>& targets,
                       const Derivatives& derivatives,
                       const LayerReady& ready) {
  const auto count = static_cast<std::size_t>(count_);
  loss_->backward(targets, delta_);
  if (derivatives.factor != 1) {
    const auto factor = static_cast<S>(derivatives.factor);
    const std::size_t numbers = static_cast<std::size_t>(layers_.back().outputs) * count;
    std::for_each(delta_, delta_ + numbers, [&](S& value) { value *= factor; });
  }
  finish(delta_, layers_.back().outputs * count_);
  features = bf16_ ? rounded_features_ : features;  // of forward()
  for (std::size_t l = layers_.size(); l-- > 0;) {
    const LinearLayer& layer = layers_[l];
    write_gradient(l, features, derivatives.gradient);
    const bool goes_on = l > 0 || derivatives.features != nullptr;
    const S* const weight =
        goes_on ? operand(x + layer.weight, layer.outputs * layer.inputs, rounded_weight_)
                : nullptr;
    if (l > 0) {
      const Product product{.rows = layer.inputs,
                            .columns = count_,
                            .inner = layer.outputs,
                            .transpose_a = true,
                            .transpose_b = false};
      matmul_(product, weight, delta_, next_delta_);
      finish(next_delta_, layer.inputs * count_);
      if (layers_[l - 1].relu) {
        mask(layers_[l - 1].values, static_cast<std::size_t>(layer.inputs) * count, next_delta_);
      }
      std::swap(delta_, next_delta_);
    } else if (derivatives.features != nullptr) {
      const Product product{.rows = count_,
                            .columns = layer.inputs,
                            .inner = layer.outputs,
                            .transpose_a = true,
                            .transpose_b = false};
      matmul_(product, delta_, weight, derivatives.features);
      finish(derivatives.features, layer.inputs * count_);
    }
    ready(layer.range);  // the layer's parameters are not read any more
  }
}

template class Head<float>;
template class Head<double>;

}  // namespace murmur::learning
