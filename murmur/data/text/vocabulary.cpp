// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/vocabulary.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {

Vocabulary::Vocabulary(std::string tokenizer, std::vector<std::string> tokens)
    : tokenizer_(std::move(tokenizer)), tokens_(std::move(tokens)) {
  for (const std::string& token : tokens_) {
    const auto number = static_cast<std::int32_t>(numbers_.size());
    MURMUR_CHECK(numbers_.emplace(token, number).second, "'{}' twice", token);
  }
}

Vocabulary::Vocabulary(std::shared_ptr<const Pieces> pieces)
    : tokenizer_("sentencepiece"), tokens_(pieces->tokens()), pieces_(std::move(pieces)) {
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    numbers_.emplace(tokens_[i], static_cast<std::int32_t>(i));
  }
}

Result<Vocabulary> Vocabulary::read(std::string tokenizer,
                                    std::string_view content,
                                    const std::string& name) {
  if (tokenizer == "sentencepiece") {
    auto pieces = open_pieces(content, name);
    return pieces ? Result(Vocabulary(std::move(pieces).value())) : pieces.failure();
  }
  if (const Status valid = require_utf8(content, name); !valid) {
    return valid.failure();
  }
  std::vector<std::string> tokens;
  std::unordered_map<std::string, std::size_t> lines;
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    std::string token(content.substr(0, end));
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    token = token.empty() ? "\n" : token;
    const auto [other, is_new] = lines.emplace(token, tokens.size());
    if (!is_new) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}: lines {} and {} are the same token '{}'",
                                 name,
                                 other->second + 1,
                                 tokens.size() + 1,
                                 token)};
    }
    tokens.push_back(std::move(token));
  }
  if (tokens.empty()) {
    return Failure{FailureKind::kDamaged, fmt::format("{}: it has no tokens", name)};
  }
  return Vocabulary(std::move(tokenizer), std::move(tokens));
}

std::int32_t Vocabulary::number(const std::string& token) const {
  const auto found = numbers_.find(token);
  return found == numbers_.end() ? -1 : found->second;
}

std::int32_t Vocabulary::unknown() const {
  return pieces_ != nullptr ? pieces_->marks().unknown
                            : std::max(number(std::string(kUnknown)), number("[UNK]"));
}

std::int32_t Vocabulary::number_or_unknown(const std::string& token) const {
  const std::int32_t known = number(token);
  return known >= 0 ? known : number(std::string(kUnknown));
}

std::vector<std::int32_t> Vocabulary::encode(std::string_view text) const {
  MURMUR_CHECK(pieces_ != nullptr, "a vocabulary of {}", tokenizer_);
  return pieces_->encode(text);
}

std::string Vocabulary::decode(std::span<const std::int32_t> tokens) const {
  MURMUR_CHECK(pieces_ != nullptr, "a vocabulary of {}", tokenizer_);
  return pieces_->decode(tokens);
}

std::string Vocabulary::content() const {
  if (pieces_ != nullptr) {
    return pieces_->model();
  }
  std::string text;
  for (const std::string& token : tokens_) {
    text += token == "\n" ? token : token + "\n";
  }
  return text;
}

std::string Vocabulary::file_name() const {
  return pieces_ == nullptr ? "vocabulary.txt" : "vocabulary.model";
}

}  // namespace murmur::data
