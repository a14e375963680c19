// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/describe.h"

#include <cmath>

#include <fmt/format.h>

namespace murmur::models {
namespace {

void add_linear_tensors(Network& network, const std::string& name, const Linear& linear) {
  const Initial initial = default_start(linear.inputs);
  network.parameters.push_back({name + ".weight", {linear.outputs, linear.inputs}, initial});
  network.parameters.push_back({name + ".bias", {linear.outputs}, initial});
}

}  // namespace

Initial default_start(std::int64_t fan_in) {
  return uniform(1.0 / std::sqrt(static_cast<double>(fan_in)));
}

Initial kaiming_start(std::int64_t fan_out) {
  return normal(std::sqrt(2.0 / static_cast<double>(fan_out)));
}

void add_convolution(Network& network,
                     const std::string& name,
                     const Convolution& convolution,
                     const Initial& weights) {
  network.has_body = true;
  network.parameters.push_back(
      {name + ".weight",
       {convolution.outputs, convolution.inputs, convolution.kernel, convolution.kernel},
       weights});
  if (convolution.bias) {
    network.parameters.push_back(
        {name + ".bias", {convolution.outputs}, default_start(convolution.fan_in())});
  }
}

void add_linear(Network& network, const std::string& name, const Linear& linear) {
  network.has_body = true;
  add_linear_tensors(network, name, linear);
}

void add_layer_norm(Network& network, const std::string& name, std::int64_t width) {
  network.parameters.push_back({name + ".weight", {width}, constant(1)});
  network.parameters.push_back({name + ".bias", {width}, constant(0)});
}

Status check_heads(std::int64_t width, std::int64_t heads) {
  if (width % heads == 0) {
    return Ok{};
  }
  return Failure{FailureKind::kInvalid,
                 fmt::format("model.heads = {} does not divide model.width = {}; give a divisor of "
                             "the width",
                             heads,
                             width)};
}

void add_to_head(Network& network, const std::string& name, const Linear& linear) {
  add_linear_tensors(network, name, linear);
  network.head.push_back(linear);
}

}  // namespace murmur::models
