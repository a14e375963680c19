// SPDX-License-Identifier: Apache-2.0
// A training run of a small language model on a text of a few words, in a fraction of a second.
#pragma once

#include <string>
#include <vector>

#include "tests/training/small_run.h"

namespace murmur::testing {

// 24 lines of words, which differ from line to line.
inline std::string small_text() {
  const std::array<std::string, 7> words{"one", "bird", "sees", "the", "other", "birds", "fly"};
  std::string text;
  for (std::size_t line = 0; line < 24; ++line) {
    for (std::size_t k = 0; k < 5; ++k) {
      text += words[(line * line + 3 * k + line * k) % words.size()] + (k == 4 ? ".\n" : " ");
    }
  }
  return text;
}

// A desk with birds.txt and small.toml, which trains a small `gpt` on it.
class TextDesk : public Desk {
 public:
  TextDesk() {
    write("birds.txt", small_text());
    write("small.toml",
          R"(workers = 4
seed = 2

[data]
name = "text"
file = ")" + path("birds.txt").string() +
              R"("
context = 8
batch_size = 2

[model]
name = "gpt"
layers = 1
heads = 2
width = 16

[topology]
name = "ring"

[algorithm]
name = "qg-dadam"
learning_rate = 0.01

[schedule]
epochs = 3
)");
  }

  // murmur train small.toml ARGUMENTS
  Ran train(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"train", "small.toml"});
    return run(arguments, {});
  }
};

}  // namespace murmur::testing
