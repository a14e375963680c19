// SPDX-License-Identifier: Apache-2.0
// Scores of models -> metrics. "local" is a worker's own model, the mean (worst, deviation) over
// workers; "averaged" is the exact average of all models.
#pragma once

#include <vector>

#include "murmur/problems/problem.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/summary.h"
#include "murmur/threads/pool.h"

namespace murmur::run {

// The scores of models on the problem's evaluation data, in their order. One task per model and
// part; the parts of a model are added in order, so no score depends on the number of threads.
template <class S>
std::vector<problems::Score> score_models(problems::Problem<S>& problem,
                                          threads::Pool& pool,
                                          const std::vector<problems::Model<S>>& models);

// The value of a measure; 0: there is no such sum.
double value_of(const Measure& measure, const problems::Score& score);

// Adds eval/NAME_* of a measure from the values of local models and that of the averaged one.
void add_measure(const Measure& measure,
                 const std::vector<double>& local,
                 double averaged,
                 Metrics& metrics);

// The accuracy of a worker on its own part of the test set; NaN: it has none.
double own_value(const problems::Score& score);

// Adds eval/accuracy_own_mean and _min over the workers that have a part.
void add_own_accuracy(const std::vector<double>& own, Metrics& metrics);

extern template std::vector<problems::Score> score_models(
    problems::Problem<float>&, threads::Pool&, const std::vector<problems::Model<float>>&);
extern template std::vector<problems::Score> score_models(
    problems::Problem<double>&, threads::Pool&, const std::vector<problems::Model<double>>&);

}  // namespace murmur::run
