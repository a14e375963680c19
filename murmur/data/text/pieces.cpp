// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/pieces.h"

#include <filesystem>
#include <utility>

#include <dlfcn.h>
#include <fmt/format.h>

#include "murmur/data/text/sentencepiece/plugin.h"

namespace murmur::data {
namespace {

// By its full path where another library that intercepts dlopen searches elsewhere, as in
// learning/on_demand.cpp. MURMUR_DEEPBIND: RTLD_DEEPBIND, or 0 with sanitizers, which refuse it.
void* open_library() {
  constexpr const char* kName = "libmurmur_sentencepiece.so";
  constexpr int kHow = RTLD_NOW | RTLD_LOCAL | MURMUR_DEEPBIND;
  if (void* library = dlopen(kName, kHow)) {
    return library;
  }
  Dl_info own{};
  if (dladdr(reinterpret_cast<const void*>(&open_pieces), &own) == 0) {
    return nullptr;
  }
  const auto folder = std::filesystem::path(own.dli_fname).parent_path();
  return dlopen((folder / kName).c_str(), kHow);
}

Result<const SentencepiecePlugin*> load() {
  void* library = open_library();
  void* symbol = library == nullptr ? nullptr : dlsym(library, kSentencepieceSymbol);
  if (symbol == nullptr) {
    return Failure{FailureKind::kMissing,
                   std::string("the part of murmur that uses sentencepiece cannot be loaded (") +
                       dlerror() +
                       "); the Python package has none, a build from a clone has: scripts/setup && "
                       "cmake --build --preset release"};
  }
  return reinterpret_cast<SentencepieceFunction>(symbol)();
}

const Result<const SentencepiecePlugin*>& library() {
  static const Result<const SentencepiecePlugin*> kLibrary = load();
  return kLibrary;
}

}  // namespace

Result<std::shared_ptr<const Pieces>> open_pieces(std::string_view model, const std::string& name) {
  if (!library()) {
    return library().failure();
  }
  std::string problem;
  std::shared_ptr<const Pieces> opened = library().value()->open(model, problem);
  if (opened == nullptr) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{}: this is no model of sentencepiece ({})", name, problem)};
  }
  const Marks marks = opened->marks();
  for (const auto& [mark, number] : {std::pair("pad", marks.pad),
                                     std::pair("<unk>", marks.unknown),
                                     std::pair("<s>", marks.begin),
                                     std::pair("</s>", marks.end)}) {
    if (number < 0) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}: the model has no {}; pad, <unk>, <s> and </s> are needed "
                                 "(train it with --pad_id, as in --pad_id=0 --unk_id=1 --bos_id=2 "
                                 "--eos_id=3)",
                                 name,
                                 mark)};
    }
  }
  return opened;
}

Result<std::string> train_pieces(std::span<const std::string_view> lines,
                                 const PieceSettings& settings) {
  if (!library()) {
    return library().failure();
  }
  std::string problem;
  std::string model = library().value()->train(lines, settings, problem);
  if (model.empty()) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("data.vocabulary_size = {}: sentencepiece cannot make such a "
                               "vocabulary of {} lines ({})",
                               settings.vocabulary_size,
                               lines.size(),
                               problem)};
  }
  return model;
}

}  // namespace murmur::data
