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

RegisteredSequence::RegisteredSequence(std::string_view model, Make make) {
  MURMUR_CHECK(sequences().emplace(model, make).second, "'{}' has two modules", model);
}

std::shared_ptr<SequenceModule> make_sequence_module(const models::Network& network) {
  const auto found = sequences().find(network.name);
  MURMUR_CHECK(found != sequences().end(), "'{}' is no model of sequences", network.name);
  return found->second(network);
}

}  // namespace murmur::learning
