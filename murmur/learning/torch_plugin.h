// SPDX-License-Identifier: Apache-2.0
// What libmurmur_torch.so gives to the program. Torch takes 0.2 s and 110 MB to start, and a
// network that is all head (head.h) with products by oneDNN has no use for it. So the program is
// not linked to it: on_demand.cpp loads the library when something of it is asked for. Both sides
// are built together, by one compiler.
#pragma once

#include <cstddef>
#include <memory>
#include <tuple>

#include "murmur/core/layout.h"
#include "murmur/learning/body.h"
#include "murmur/learning/matmul.h"
#include "murmur/models/network.h"

namespace murmur::learning {

template <class S>
using MakeBody = std::unique_ptr<Body<S>> (*)(const models::Network& network,
                                              const Layout& layout,
                                              std::size_t layers);

struct TorchPlugin {
  std::tuple<Matmul<float>, Matmul<double>> matmul;
  std::tuple<MakeBody<float>, MakeBody<double>> make_body;
  void (*compute_alone)() = nullptr;
};

// The only symbol that the library exports.
inline constexpr const char* kTorchPluginSymbol = "murmur_torch_plugin";
using TorchPluginFunction = const TorchPlugin* (*)();

}  // namespace murmur::learning
