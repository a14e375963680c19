// SPDX-License-Identifier: Apache-2.0
// Scores of the models on the evaluation data. "local" is a worker's own model on all of it, the
// mean (worst, deviation) over workers; "averaged" is the exact average of all models. A worker's
// own model has its own buffers, the average has the mean of each buffer over all workers. Papers
// differ in which they report, so both are always computed.
#pragma once

#include <vector>

#include "murmur/engine/engine.h"
#include "murmur/problems/problem.h"
#include "murmur/run/config/config.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/summary.h"
#include "murmur/threads/pool.h"

namespace murmur::run {

// Owns none of its arguments; they must outlive it. Collective: in a world of several processes all
// of them evaluate together.
template <class S>
class Evaluator {
 public:
  Evaluator(engine::Engine<S>& engine,
            problems::Problem<S>& problem,
            threads::Pool& pool,
            const EvaluationConfig& config);

  // eval/* and consensus/distance. No score depends on the number of threads.
  Result<Metrics> evaluate();
  double seconds() const { return seconds_; }  // spent in evaluate() so far

 private:
  struct LocalScores;

  int watched() const;  // number of workers whose own models are evaluated: the first ones
  std::vector<problems::Score> score(const std::vector<problems::Model<S>>& models);
  LocalScores score_local(const problems::Model<S>& average);
  Status add_measure(const Measure& measure, const LocalScores& scores, Metrics& metrics);
  Result<Metrics> over_workers(const LocalScores& scores);

  engine::Engine<S>& engine_;
  problems::Problem<S>& problem_;
  threads::Pool& pool_;
  const EvaluationConfig& config_;
  std::vector<S> average_;
  std::vector<S> average_buffers_;  // empty: the problem has none
  double seconds_ = 0;
};

extern template class Evaluator<float>;
extern template class Evaluator<double>;

}  // namespace murmur::run
