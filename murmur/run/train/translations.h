// SPDX-License-Identifier: Apache-2.0
// evaluation.bleu: translations of the test set by a model, and their BLEU against the references
// of the data.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/learning/translation/translator.h"
#include "murmur/run/config/config.h"
#include "murmur/run/wiring/training_setup.h"
#include "murmur/threads/pool.h"

namespace murmur::run {

struct Translations {
  std::vector<std::string> lines;  // of the test pairs, in their order; empty: nothing was asked
  double bleu = 0;                 // 0 to 100
};

template <class S>
class TranslationScorer {
 public:
  // The arguments outlive it. REQUIRES: a problem of the same setup has been made.
  TranslationScorer(const Config& config, const TrainingSetup& setup, threads::Pool& pool);

  // `x`: a row.
  Translations translate(const S* x);

 private:
  threads::Pool& pool_;
  std::vector<std::vector<std::int32_t>> sources_;
  std::vector<std::string> references_;
  learning::Translator<S> translator_;
};

// Null without evaluation.bleu.
template <class S>
std::unique_ptr<TranslationScorer<S>> make_translation_scorer(const Config& config,
                                                              const TrainingSetup& setup,
                                                              threads::Pool& pool);

// FOLDER/translations/step-N.txt.
Status write_translations(const std::filesystem::path& folder,
                          std::int64_t step,
                          const std::vector<std::string>& lines);

learning::BeamSettings beam_settings(const Config& config, const data::Vocabulary& vocabulary);

extern template class TranslationScorer<float>;
extern template class TranslationScorer<double>;

}  // namespace murmur::run
