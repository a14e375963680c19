// SPDX-License-Identifier: Apache-2.0
// The form of the examples of a dataset: what a model gets of each, and how many numbers it
// computes.
#pragma once

#include <cstdint>

#include "murmur/core/image_shape.h"

namespace murmur {

enum class ExampleKind {
  kArrays,        // images, or numbers of any shape
  kLabelledText,  // tokens, with a class
  kText,          // tokens, to predict each from those before it
  kPairs,         // tokens of two languages
};

struct ExampleForm {
  ExampleKind kind = ExampleKind::kArrays;
  ImageShape shape{};           // of arrays; d numbers are {1, 1, d}
  std::int64_t outputs = 0;     // classes, targets, or tokens of the vocabulary
  std::int64_t vocabulary = 0;  // of text: how many tokens there are
  std::int64_t longest = 0;     // of text: the most tokens that a model gets of an example
};

}  // namespace murmur
