// SPDX-License-Identifier: Apache-2.0
// Models of sequences as torch modules, one file per model.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <murmur/torch/module_rows.h>

#include "murmur/core/random.h"
#include "murmur/models/network.h"

namespace murmur::learning {

// Parameters have the names, shapes and order of the network's description.
struct SequenceModule : torch::nn::Module {
  // tokens: examples x length, of a language model. Returns examples x length x vocabulary: the
  // scores of the tokens that follow. A score depends on no token after its place.
  virtual at::Tensor forward(const at::Tensor& tokens) = 0;

  // The random numbers of dropout in the pass at hand, which outlive it; null: nothing is dropped.
  const Random* dropout = nullptr;
};

// REQUIRES: the network has no head.
std::shared_ptr<SequenceModule> make_sequence_module(const models::Network& network);

// Registers the module of the model of that name, as RegisteredBody does (module.h).
struct RegisteredSequence {
  using Make = std::shared_ptr<SequenceModule> (*)(const models::Network& network);

  RegisteredSequence(std::string_view model, Make make);
};

template <class Module>
std::shared_ptr<SequenceModule> make_sequence(const models::Network& network) {
  return std::make_shared<Module>(network);
}

}  // namespace murmur::learning
