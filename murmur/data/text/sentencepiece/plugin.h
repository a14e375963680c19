// SPDX-License-Identifier: Apache-2.0
// Interface between libmurmur_sentencepiece.so and the program. Sentencepiece brings the protobuf
// that it was built with, and shows it: in one scope with the protobuf of a torch, one of them gets
// the functions of the other. It is therefore loaded with dlopen and RTLD_DEEPBIND. Both sides are
// built together, by one compiler; the library uses nothing else of murmur.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "murmur/data/text/pieces.h"

namespace murmur::data {

struct SentencepiecePlugin {
  // Null: `problem` says why.
  std::unique_ptr<Pieces> (*open)(std::string_view model, std::string& problem) = nullptr;
  // Returns the model; if it is empty, `problem` says why.
  std::string (*train)(std::span<const std::string_view> lines,
                       const PieceSettings& settings,
                       std::string& problem) = nullptr;
};

// The only symbol that the library exports.
inline constexpr const char* kSentencepieceSymbol = "murmur_sentencepiece_plugin";
using SentencepieceFunction = const SentencepiecePlugin* (*)();

}  // namespace murmur::data
