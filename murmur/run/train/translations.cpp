// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/train/translations.h"

#include <system_error>

#include <fmt/format.h>

#include "murmur/files/atomic_file.h"
#include "murmur/learning/translation/bleu.h"

namespace murmur::run {

template <class S>
TranslationScorer<S>::TranslationScorer(const Config& config,
                                        const TrainingSetup& setup,
                                        threads::Pool& pool)
    : pool_(pool),
      sources_(learning::test_sources(*setup.data.dataset, config.evaluation.examples.value_or(0))),
      references_(setup.data.dataset->references),
      translator_(setup.network,
                  setup.data.dataset->vocabulary,
                  beam_settings(config, *setup.data.dataset->vocabulary),
                  pool.threads()) {
  references_.resize(sources_.size());
}

template <class S>
Translations TranslationScorer<S>::translate(const S* x) {
  Translations translations;
  translations.lines = translator_.translate(
      x, sources_, [&](std::size_t parts, const std::function<void(std::size_t, int)>& task) {
        pool_.run(parts, task);
      });
  translations.bleu = learning::corpus_bleu(translations.lines, references_);
  return translations;
}

template <class S>
std::unique_ptr<TranslationScorer<S>> make_translation_scorer(const Config& config,
                                                              const TrainingSetup& setup,
                                                              threads::Pool& pool) {
  return config.evaluation.bleu ? std::make_unique<TranslationScorer<S>>(config, setup, pool)
                                : nullptr;
}

Status write_translations(const std::filesystem::path& folder,
                          std::int64_t step,
                          const std::vector<std::string>& lines) {
  const std::filesystem::path all = folder / "translations";
  std::error_code error;
  std::filesystem::create_directories(all, error);
  if (error) {
    return Failure{FailureKind::kIo, fmt::format("{}: {}", all.string(), error.message())};
  }
  std::string text;
  for (const std::string& line : lines) {
    text += line + "\n";
  }
  return files::write_file(all / fmt::format("step-{}.txt", step), text);
}

learning::BeamSettings beam_settings(const Config& config, const data::Vocabulary& vocabulary) {
  const data::Marks marks = vocabulary.marks();
  return {.beam = config.evaluation.beam,
          .length_penalty = config.evaluation.length_penalty,
          .padding = marks.pad,
          .begin = marks.begin,
          .end = marks.end};
}

template class TranslationScorer<float>;
template class TranslationScorer<double>;
template std::unique_ptr<TranslationScorer<float>> make_translation_scorer(const Config&,
                                                                           const TrainingSetup&,
                                                                           threads::Pool&);
template std::unique_ptr<TranslationScorer<double>> make_translation_scorer(const Config&,
                                                                            const TrainingSetup&,
                                                                            threads::Pool&);

}  // namespace murmur::run
