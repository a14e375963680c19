// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/chain.h"

#include <utility>

#include "murmur/models/describe.h"
#include "murmur/models/network.h"

namespace murmur::models {

Chain::Chain(Network& network) : network_(&network), extents_(network.input) {
  network.has_body = true;
}

template <class Operation>
Chain& Chain::add(Operation operation) {
  network_->chain.push_back({.operation = std::move(operation), .values = features()});
  return *this;
}

Chain& Chain::channels_last() {
  return add(chain::ChannelsLast{});
}

Chain& Chain::convolution(const std::string& name, const ChainConvolution& convolution) {
  const auto& [outputs, kernel, stride, padding, bias, kaiming] = convolution;
  const Convolution tensors{
      .inputs = channels(), .outputs = outputs, .kernel = kernel, .bias = bias};
  add_convolution(*network_,
                  name,
                  tensors,
                  kaiming ? kaiming_start(tensors.fan_out()) : default_start(tensors.fan_in()));
  const auto left = [&convolution](std::int64_t extent) {
    return (extent + 2 * convolution.padding - convolution.kernel) / convolution.stride + 1;
  };
  extents_ = {outputs, left(extents_[1]), left(extents_[2])};
  return add(chain::Convolution{.name = name,
                                .inputs = tensors.inputs,
                                .outputs = outputs,
                                .kernel = kernel,
                                .stride = stride,
                                .padding = padding,
                                .bias = bias});
}

Chain& Chain::norm(const std::string& name, const Norm& norm) {
  add_norm(*network_, name, norm, channels(), NormPlace::kActivated);
  return add(chain::NormAndActivation{.name = name, .norm = norm, .channels = channels()});
}

Chain& Chain::relu() {
  return add(chain::Relu{});
}

Chain& Chain::max_pool(std::int64_t extent) {
  extents_ = {channels(), extents_[1] / extent, extents_[2] / extent};
  return add(chain::MaxPool{.extent = extent});
}

Chain& Chain::mean() {
  extents_ = {channels(), 1, 1};
  return add(chain::Mean{});
}

Chain& Chain::flatten() {
  extents_ = {features(), 1, 1};
  return add(chain::Flatten{});
}

Chain& Chain::dropout(double share) {
  return add(chain::Dropout{.share = share, .place = dropouts_++});
}

Chain& Chain::linear(const std::string& name, std::int64_t outputs) {
  const std::int64_t inputs = features();
  add_linear(*network_, name, {.inputs = inputs, .outputs = outputs});
  extents_ = {outputs, 1, 1};
  return add(chain::Linear{.name = name, .inputs = inputs, .outputs = outputs});
}

}  // namespace murmur::models
