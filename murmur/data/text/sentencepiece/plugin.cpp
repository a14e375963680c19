// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/sentencepiece/plugin.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

namespace murmur::data {
namespace {

namespace spm = sentencepiece;

class Model : public Pieces {
 public:
  explicit Model(std::string_view model) : model_(model) {}

  bool load(std::string& problem) {
    const spm::util::Status loaded = processor_.LoadFromSerializedProto(model_);
    if (!loaded.ok()) {
      problem = loaded.ToString();
      return false;
    }
    for (int i = 0; i < processor_.GetPieceSize(); ++i) {
      tokens_.push_back(processor_.IdToPiece(i));
    }
    return true;
  }

  const std::string& model() const override { return model_; }
  const std::vector<std::string>& tokens() const override { return tokens_; }

  Marks marks() const override {
    return {.pad = processor_.pad_id(),
            .unknown = processor_.unk_id(),
            .begin = processor_.bos_id(),
            .end = processor_.eos_id()};
  }

  std::vector<std::int32_t> encode(std::string_view text) const override {
    std::vector<int> numbers;
    processor_.Encode(text, &numbers).IgnoreError();
    return {numbers.begin(), numbers.end()};
  }

  std::string decode(std::span<const std::int32_t> tokens) const override {
    std::string text;
    processor_.Decode(std::vector<int>(tokens.begin(), tokens.end()), &text).IgnoreError();
    return text;
  }

 private:
  std::string model_;
  std::vector<std::string> tokens_;
  spm::SentencePieceProcessor processor_;
};

class Lines : public spm::SentenceIterator {
 public:
  explicit Lines(std::span<const std::string_view> lines) : lines_(lines) { copy(); }

  bool done() const override { return next_ == lines_.size(); }
  void Next() override {
    ++next_;
    copy();
  }
  const std::string& value() const override { return line_; }
  spm::util::Status status() const override { return {}; }

 private:
  void copy() {
    if (!done()) {
      line_ = lines_[next_];
    }
  }

  std::span<const std::string_view> lines_;
  std::size_t next_ = 0;
  std::string line_;
};

std::unique_ptr<Pieces> open_model(std::string_view model, std::string& problem) {
  auto opened = std::make_unique<Model>(model);
  return opened->load(problem) ? std::move(opened) : nullptr;
}

// The number of threads is the library's own and changes the sums, so it is left alone: with any
// number of processors they are the same.
std::string train_model(std::span<const std::string_view> lines,
                        const PieceSettings& settings,
                        std::string& problem) {
  const std::unordered_map<std::string, std::string> options{
      {"model_type", settings.kind},
      {"vocab_size", std::to_string(settings.vocabulary_size)},
      {"pad_id", "0"},
      {"unk_id", "1"},
      {"bos_id", "2"},
      {"eos_id", "3"},
      {"minloglevel", "3"}};  // it says nothing
  Lines sentences(lines);
  std::string model;
  const spm::util::Status trained = spm::SentencePieceTrainer::Train(options, &sentences, &model);
  if (!trained.ok()) {
    problem = trained.ToString();
    return {};
  }
  return model;
}

}  // namespace
}  // namespace murmur::data

extern "C" [[gnu::visibility("default")]] const murmur::data::SentencepiecePlugin*
murmur_sentencepiece_plugin() {
  static const murmur::data::SentencepiecePlugin kTable{.open = murmur::data::open_model,
                                                        .train = murmur::data::train_model};
  return &kTable;
}
