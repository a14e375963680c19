// SPDX-License-Identifier: Apache-2.0
// The sum of a language model beside its loss (score.h): the loss of every predicted token. Models
// of other tasks have none, so perplexity follows from it alone.
#pragma once

#include <string_view>

namespace murmur::problems {

inline constexpr std::string_view kTokenLoss = "token_loss";

}  // namespace murmur::problems
