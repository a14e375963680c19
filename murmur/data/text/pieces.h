// SPDX-License-Identifier: Apache-2.0
// Subword pieces as sentencepiece (Kudo, Richardson, EMNLP 2018) makes them. Its library is loaded
// at the first use (sentencepiece/plugin.h).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/text/marks.h"

namespace murmur::data {

// A model of pieces. Thread-safe.
class Pieces {
 public:
  Pieces() = default;
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;
  virtual ~Pieces() = default;

  virtual const std::string& model() const = 0;  // as a file
  virtual const std::vector<std::string>& tokens() const = 0;
  virtual Marks marks() const = 0;  // -1: there is none

  // The pieces of a text, without marks.
  virtual std::vector<std::int32_t> encode(std::string_view text) const = 0;
  // The text of pieces; marks give nothing. REQUIRES: the numbers are of tokens.
  virtual std::string decode(std::span<const std::int32_t> tokens) const = 0;
};

struct PieceSettings {
  std::int64_t vocabulary_size = 8000;  // pieces and marks
  std::string kind = "unigram";         // or "bpe"
};

// `name`: of the file, for messages. kDamaged: this is no model, or it lacks <pad>, <s> or </s>.
// kMissing: the library cannot be loaded.
Result<std::shared_ptr<const Pieces>> open_pieces(std::string_view model, const std::string& name);

// A model trained on these lines, as a file: a function of the lines and the settings. kInvalid:
// the lines do not allow such a vocabulary. kMissing: the library cannot be loaded.
Result<std::string> train_pieces(std::span<const std::string_view> lines,
                                 const PieceSettings& settings);

}  // namespace murmur::data
