// SPDX-License-Identifier: Apache-2.0
// Scores of the models on the evaluation data. "local" is a worker's own model on all of it, the
// mean (worst, deviation) over workers; "averaged" is the exact average of all models. A worker's
// own model has its own buffers, the average has the mean of each buffer over all workers. Papers
// differ in which they report, so both are always computed.
#pragma once

#include <vector>

#include "murmur/engine/engine.h"
#include "murmur/learning/statistics.h"
#include "murmur/problems/problem.h"
#include "murmur/run/config/config.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/train/translations.h"
#include "murmur/threads/pool.h"

namespace murmur::run {

// What models are scored with; all but `test` may be null. The averaged model alone translates.
template <class S>
struct Judges {
  problems::Problem<S>* test = nullptr;
  problems::Problem<S>* validation = nullptr;
  problems::Problem<S>* own_test = nullptr;       // part i: worker i's own part of the test set
  learning::Statistics<S>* statistics = nullptr;  // of the averaged model; null: the mean
  TranslationScorer<S>* translations = nullptr;
};

// Owns none of its arguments; they must outlive it. Collective: in a world of several processes all
// of them evaluate together.
template <class S>
class Evaluator {
 public:
  Evaluator(engine::Engine<S>& engine,
            const Judges<S>& judges,
            threads::Pool& pool,
            const EvaluationConfig& config);

  // consensus/distance, eval/* if the test set is `tested`, and validation/* where there is such a
  // set; with `translated` also eval/bleu_averaged. No score depends on the number of threads.
  Result<Metrics> evaluate(bool tested, bool translated);
  // Of the last evaluate().
  const Translations& translations() const { return translations_; }
  double seconds() const { return seconds_; }  // spent in evaluate() so far

 private:
  struct LocalScores;

  int watched() const;  // number of workers whose own models are evaluated: the first ones
  LocalScores score_local(problems::Problem<S>& problem);
  // Of all watched workers. Collective.
  Result<std::vector<double>> local_values(const Measure& measure, const LocalScores& scores);
  // eval/*, whichever examples the problem scores.
  Result<Metrics> scores_of(problems::Problem<S>& problem);
  Status average();
  Status add_own_scores(Metrics& metrics);

  engine::Engine<S>& engine_;
  const Judges<S> judges_;
  threads::Pool& pool_;
  const EvaluationConfig& config_;
  std::vector<S> average_;
  std::vector<S> average_buffers_;  // empty: the problem has none
  Translations translations_;
  double seconds_ = 0;
};

extern template class Evaluator<float>;
extern template class Evaluator<double>;

}  // namespace murmur::run
