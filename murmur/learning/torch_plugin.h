// SPDX-License-Identifier: Apache-2.0
// Interface between libmurmur_torch.so and the program. Torch takes 0.2 s and 110 MB to start, and
// a network that consists of a head only (head.h) with products by oneDNN does not need it. The
// program is therefore not linked to torch: on_demand.cpp loads the library at its first use. Both
// sides are built together, by one compiler.
#pragma once

#include <memory>

#include "murmur/core/per_scalar.h"
#include "murmur/learning/body.h"
#include "murmur/learning/generator.h"
#include "murmur/learning/loss.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/sequence.h"
#include "murmur/models/network.h"

namespace murmur::learning {

template <class S>
using MakeBody = std::unique_ptr<Body<S>> (*)(const models::Network& network);

template <class S>
using MakeSequence = std::unique_ptr<Sequence<S>> (*)(const models::Network& network,
                                                      const Objective& objective);

template <class S>
using MakeGenerator = std::unique_ptr<Generator<S>> (*)(const models::Network& network,
                                                        data::Task task);

struct TorchPlugin {
  PerScalar<Matmul> matmul;
  PerScalar<MakeBody> make_body;
  PerScalar<MakeSequence> make_sequence;
  PerScalar<MakeGenerator> make_generator;
  void (*compute_alone)() = nullptr;
  void (*compute_as_before)() = nullptr;
};

// The only symbol that the library exports.
inline constexpr const char* kTorchPluginSymbol = "murmur_torch_plugin";
using TorchPluginFunction = const TorchPlugin* (*)();

}  // namespace murmur::learning
