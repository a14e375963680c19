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

// Tokens of a batch of pairs; numbers of any kind stand behind the ends of the rows.
struct PairTokens {
  at::Tensor sources;  // examples x length
  at::Tensor padding;  // the same: true behind the end of a source
  at::Tensor inputs;   // of the decoder, <s> first: examples x places
};

// Tokens that follow hypotheses of one length, computed one at a time.
class StepDecoder {
 public:
  StepDecoder() = default;
  StepDecoder(const StepDecoder&) = delete;
  StepDecoder& operator=(const StepDecoder&) = delete;
  virtual ~StepDecoder() = default;

  // Hypothesis i is `tokens[i]` after hypothesis `parents[i]` of the last call, of source
  // `sources[i]`; the first call has no parents. Returns hypotheses x vocabulary: scores.
  virtual at::Tensor next(const at::Tensor& sources,
                          const at::Tensor& parents,
                          const at::Tensor& tokens) = 0;
};

// Parameters have the names, shapes and order of the network's description.
struct SequenceModule : torch::nn::Module {
  // Of a language model. tokens: examples x length. Returns examples x length x vocabulary: the
  // scores of the tokens that follow. A score depends on no token after its place.
  virtual at::Tensor forward(const at::Tensor& tokens);
  // Of a model of pairs. Returns examples x places x vocabulary, likewise.
  virtual at::Tensor forward_pairs(const PairTokens& pairs);
  // Of a model of pairs, without dropout: for these sources, with the parameters that the module
  // has now and keeps as long as it is used.
  virtual std::unique_ptr<StepDecoder> decode(const at::Tensor& sources, const at::Tensor& padding);

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
