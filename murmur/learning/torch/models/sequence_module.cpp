// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/torch/models/sequence_module.h"

#include <map>
#include <memory>
#include <string_view>

#include "murmur/core/check.h"

namespace murmur::learning {
namespace {

// Static objects of many files write to it: made at its first use.
std::map<std::string_view, RegisteredSequence::Make>& sequences() {
  static std::map<std::string_view, RegisteredSequence::Make> all;
  return all;
}

}  // namespace

at::Tensor SequenceModule::forward(const at::Tensor& /*tokens*/) {
  MURMUR_CHECK(false, "a model of pairs gets windows");
  return {};
}

at::Tensor SequenceModule::forward_pairs(const PairTokens& /*pairs*/) {
  MURMUR_CHECK(false, "a language model gets pairs");
  return {};
}

std::unique_ptr<StepDecoder> SequenceModule::decode(const at::Tensor& /*sources*/,
                                                    const at::Tensor& /*padding*/) {
  MURMUR_CHECK(false, "a language model gets pairs");
  return nullptr;
}

RegisteredSequence::RegisteredSequence(std::string_view model, Make make) {
  MURMUR_CHECK(sequences().emplace(model, make).second, "'{}' has two modules", model);
}

std::shared_ptr<SequenceModule> make_sequence_module(const models::Network& network) {
  const auto found = sequences().find(network.name);
  MURMUR_CHECK(found != sequences().end(), "'{}' is no model of sequences", network.name);
  return found->second(network);
}

}  // namespace murmur::learning
