// SPDX-License-Identifier: Apache-2.0
// Configurations as texts, and the messages of reading them.
#pragma once

#include <string>

#include "murmur/core/error.h"
#include "murmur/run/config/document.h"

namespace murmur::run {

inline const std::string kTrainText = R"(workers = 16
seed = 3

[data]
name = "fashion-mnist"
partition = "dirichlet"
alpha = 0.1

[model]
name = "mlp"

[topology]
name = "ring"

[algorithm]
name = "qg-dsgdm-n"
learning_rate = 0.1
momentum = 0.8
mu = 0.7

[schedule]
epochs = 10
)";

inline const std::string kSolveText = R"(workers = 4
steps = 10

[problem]
name = "quadratic"
curvature = [[1.0, 2.0], [1.5, 1.75], [2.0, 1.5], [2.5, 1.25]]
center = [[0.0, 0.0], [1.0, -0.5], [2.0, -1.0], [3.0, -1.5]]
start = [1.0, -1.0]

[topology]
name = "ring"

[algorithm]
name = "qg-dsgdm-n"
learning_rate = [0.1, 0.1, 0.01]
)";

inline Config read(const std::string& text,
                   Purpose purpose,
                   const std::vector<std::string>& set = {}) {
  Document document = parse_document(text, "run.toml");
  apply_layer(document, parse_set(set));
  return read_config(document, purpose);
}

// The message with which a text is refused; empty if it is accepted.
inline std::string refusal(const std::string& text,
                           Purpose purpose,
                           const std::vector<std::string>& set = {}) {
  try {
    read(text, purpose, set);
  } catch (const UserError& error) {
    return error.what();
  }
  return {};
}

// The text with its first `from` replaced.
inline std::string with(std::string text, const std::string& from, const std::string& to) {
  return text.replace(text.find(from), from.size(), to);
}

}  // namespace murmur::run
