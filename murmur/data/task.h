// SPDX-License-Identifier: Apache-2.0
// What is learned from examples; it determines the loss and the metrics.
#pragma once

namespace murmur::data {

enum class Task {
  kClassification,  // integer labels: cross-entropy, accuracy
  kRegression,      // numbers as targets: mean squared error, root mean squared error
  kLanguageModel,   // the next token from those before it: cross-entropy, perplexity
  kTranslation,     // a sentence from another one: cross-entropy of its tokens, BLEU
};

}  // namespace murmur::data
