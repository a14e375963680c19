// SPDX-License-Identifier: Apache-2.0
// Table of all metrics that a run may have: the unit, whether lower or higher is better, and the
// name in words. Code that compares, prints or draws a metric looks it up here and infers nothing
// from its name.
//
// validation/NAME is the metric eval/NAME on other data.
//
// Metrics of models follow from named sums (problems/score.h) by the table of measures: of measure
// NAME a run has eval/NAME_local_mean and eval/NAME_averaged, and with a spread also
// eval/NAME_local_std and the worst, eval/NAME_local_min or _max.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/run/records/summary.h"
#include "murmur/run/text/units.h"

namespace murmur::run {

enum class Better { kLower, kHigher };

struct Metric {
  std::string name;
  Unit unit = Unit::kNumber;
  Better better = Better::kHigher;
  std::string words;
  bool measured = true;   // whether any run writes it
  bool validated = true;  // of the test set: whether it is one of the validation set, too
};

struct Measure {
  std::string name;                           // "rmse"
  std::string words;                          // "RMSE"
  std::string_view sum;                       // from whose mean it follows: "squared_error"
  double (*function)(double mean) = nullptr;  // null: the mean itself
  bool has_spread = true;

  double of_mean(double mean) const { return function == nullptr ? mean : function(mean); }
  std::string metric(const std::string& suffix) const { return "eval/" + name + suffix; }
  // Of the local models: the metric that stands for the measure.
  std::string main_metric() const { return metric("_local_mean"); }
  std::string worst_metric() const;  // of the local models
};

// Those of built-in tasks; the first one that a run has is the main metric of its task.
const std::vector<Measure>& measures();

// The measure of a sum of that name; of a name that is in no table the mean.
Measure measure_of(std::string_view sum);

// The first measure that `values` have on the test set; null: there are no such scores.
const Measure* main_measure(const Metrics& values);

// "validation/NAME" of "eval/NAME". Other names stay as they are.
std::string validation_name(const std::string& metric);

// A measure and its main metric on one of the sets.
struct MainScore {
  const Measure* measure = nullptr;  // null: there are no scores
  std::string metric = {};
  std::string words = {};  // "accuracy", "validation accuracy"
};
// Of the first measure that `values` have: on the test set, else on the validation set.
MainScore main_score(const Metrics& values);

// None: there is no such metric.
std::optional<Metric> find_metric(const std::string& name);

// The names of the metrics that runs write.
std::vector<std::string> metric_names();

// Whether a metric is a score of models, so that a run has a best value of it.
bool is_score(const std::string& name);

}  // namespace murmur::run
