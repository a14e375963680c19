// SPDX-License-Identifier: Apache-2.0
// The folder of a tiny encoder of BERT's family, as one is published: config.json and vocab.txt.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace murmur::testing {

// 12 tokens: the special ones, five words and two pieces.
inline constexpr const char* kEncoderWords =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nbird\nsees\na\n.\n##s\n##ing\n";

inline constexpr const char* kTinyBert =
    R"({"model_type": "bert", "vocab_size": 12, "hidden_size": 8, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 10, "max_position_embeddings": 9,
        "type_vocab_size": 2})";
inline constexpr const char* kTinyDistilbert =
    R"({"model_type": "distilbert", "vocab_size": 12, "dim": 8, "n_layers": 2, "n_heads": 2,
        "hidden_dim": 10, "max_position_embeddings": 9})";

class EncoderFolder {
 public:
  explicit EncoderFolder(const std::string& config = kTinyBert) {
    write("config.json", config);
    write("vocab.txt", kEncoderWords);
  }

  std::string path() const { return folder_.path().string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_.path() / name) << text;
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace murmur::testing
