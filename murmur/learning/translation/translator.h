// SPDX-License-Identifier: Apache-2.0
// Translates sources by beam search, several at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "murmur/data/dataset.h"
#include "murmur/learning/generator.h"
#include "murmur/learning/translation/beam_search.h"
#include "murmur/models/network.h"

namespace murmur::learning {

// The most tokens of a translation, with </s>, of a source of so many, with </s>.
constexpr std::int64_t most_tokens(std::int64_t source) {
  return 2 * source + 10;
}

// Calls task(part, thread) for every part below `parts`, threads from 0, and returns when all calls
// have ended.
using RunParts =
    std::function<void(std::size_t parts, const std::function<void(std::size_t, int)>& task)>;

template <class S>
class Translator {
 public:
  // REQUIRES: torch is loaded (libraries.h); the network translates between tokens of the
  // vocabulary.
  Translator(const models::Network& network,
             std::shared_ptr<const data::Vocabulary> vocabulary,
             const BeamSettings& settings,
             int threads);

  // The translations of sources, token numbers that end in </s>, by the model `x`, a row. They do
  // not depend on the number of threads.
  std::vector<std::string> translate(const S* x,
                                     const std::vector<std::vector<std::int32_t>>& sources,
                                     const RunParts& run);

 private:
  const std::shared_ptr<const data::Vocabulary> vocabulary_;
  const BeamSettings settings_;
  std::vector<std::unique_ptr<Generator<S>>> generators_;  // one per thread
};

// The sources of the first test pairs; 0: of all.
std::vector<std::vector<std::int32_t>> test_sources(const data::Dataset& dataset,
                                                    std::int64_t examples);

extern template class Translator<float>;
extern template class Translator<double>;

}  // namespace murmur::learning
