// SPDX-License-Identifier: Apache-2.0
// How a language model goes on with a text, and probabilities from scores.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "murmur/learning/generator.h"

namespace murmur::learning {

struct ContinueSettings {
  std::int64_t tokens = 0;
  // The next token is drawn from softmax(log p / temperature); none: it is the most probable one.
  std::optional<double> temperature = {};
  std::uint64_t seed = 1;
  std::int64_t number = 0;  // of the text: its draws are its own
};

// The tokens that follow a text, which is not empty, by the model `x`, a row.
template <class S>
std::vector<std::int32_t> continue_text(const std::vector<std::int32_t>& text,
                                        const ContinueSettings& settings,
                                        const S* x,
                                        Generator<S>& generator);

// softmax(scores).
std::vector<double> probabilities_of(std::span<const double> scores);

extern template std::vector<std::int32_t> continue_text(const std::vector<std::int32_t>&,
                                                        const ContinueSettings&,
                                                        const float*,
                                                        Generator<float>&);
extern template std::vector<std::int32_t> continue_text(const std::vector<std::int32_t>&,
                                                        const ContinueSettings&,
                                                        const double*,
                                                        Generator<double>&);

}  // namespace murmur::learning
