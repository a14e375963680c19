// SPDX-License-Identifier: Apache-2.0
// The tokens of a text model and their numbers.
//
// As a file: one token per line, number = line from 0, each line ended by \n. An empty line is the
// line feed, which only a vocabulary of characters has. Of sentencepiece it is the library's model.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/text/marks.h"
#include "murmur/data/text/pieces.h"

namespace murmur::data {

inline constexpr std::string_view kUnknown = "<unk>";
inline constexpr std::string_view kEndOfLine = "<eos>";

class Vocabulary {
 public:
  // REQUIRES: the tokens differ, and none is empty.
  Vocabulary(std::string tokenizer, std::vector<std::string> tokens);

  // Of sentencepiece.
  explicit Vocabulary(std::shared_ptr<const Pieces> pieces);

  // `name`: of the file, for messages. kDamaged: a line occurs twice, or is no valid UTF-8; or as
  // for open_pieces().
  static Result<Vocabulary> read(std::string tokenizer,
                                 std::string_view content,
                                 const std::string& name);

  const std::string& tokenizer() const { return tokenizer_; }  // data.tokenizer
  std::int64_t size() const { return static_cast<std::int64_t>(tokens_.size()); }
  const std::string& token(std::int32_t number) const {
    return tokens_[static_cast<std::size_t>(number)];
  }
  // -1: there is no such token.
  std::int32_t number(const std::string& token) const;
  // What stands for others; -1: there is no such token.
  std::int32_t unknown() const;
  // Of `token`, else of <unk>; -1: there is neither.
  std::int32_t number_or_unknown(const std::string& token) const;

  // Of sentencepiece; of others the numbers that are usual there.
  Marks marks() const { return pieces_ == nullptr ? Marks() : pieces_->marks(); }
  // The tokens of a text, and the text of tokens, without marks. REQUIRES: it is one of
  // sentencepiece, with a model.
  std::vector<std::int32_t> encode(std::string_view text) const;
  std::string decode(std::span<const std::int32_t> tokens) const;

  std::string content() const;    // as a file
  std::string file_name() const;  // in a run's folder

 private:
  std::string tokenizer_;
  std::vector<std::string> tokens_;
  std::unordered_map<std::string, std::int32_t> numbers_;
  std::shared_ptr<const Pieces> pieces_ = nullptr;  // null: it is of no sentencepiece
};

}  // namespace murmur::data
