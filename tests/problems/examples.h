// SPDX-License-Identifier: Apache-2.0
// One instance of every analytic problem with random options, and helpers that evaluate it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/random.h"
#include "murmur/problems/analytic.h"

namespace murmur::problems {

inline constexpr int kWorkers = 3;

// A table of numbers in [low, low + 1).
inline Table random_table(std::size_t rows, std::size_t columns, double low, std::int64_t step) {
  const Random random(7, Stream::kTest, 0, step);
  Table table(rows, std::vector<double>(columns));
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      table[row][column] = low + random.uniform(row * columns + column);
    }
  }
  return table;
}

// Values for every option of a problem: a row per worker in each table.
inline OptionValues example_options(const ProblemInfo& info) {
  const std::size_t dimension = info.name == "rosenbrock" ? 2 : 5;
  OptionValues values(info.options);
  std::int64_t step = 0;
  for (const OptionInfo& option : info.options) {
    if (std::holds_alternative<Table>(option.fallback)) {
      values.set(option.name, random_table(kWorkers, dimension, step == 0 ? 0.5 : -0.5, step));
      ++step;
    }
  }
  return values;
}

template <class S>
std::unique_ptr<Problem<S>> example(const ProblemInfo& info, std::uint64_t seed = 1) {
  return make_problem<S>(info.name, kWorkers, example_options(info), seed).value();
}

template <class S>
std::unique_ptr<Problem<S>> made(const std::string& name,
                                 int workers,
                                 const OptionValues& options,
                                 std::uint64_t seed = 1) {
  return make_problem<S>(name, workers, options, seed).value();
}

// Options of a separable problem: quadratic or quartic.
inline OptionValues separable_options(Table curvature,
                                      Table center,
                                      Table start,
                                      double noise = 0) {
  OptionValues values;
  values.set("curvature", std::move(curvature));
  values.set("center", std::move(center));
  values.set("start", std::move(start));
  values.set("noise", noise);
  return values;
}

template <class S>
struct Answer {
  std::vector<S> gradient;  // with padding
  double loss = 0;
};

template <class S>
Answer<S> answer(Problem<S>& problem, int worker, const std::vector<S>& x, std::int64_t step = 0) {
  Answer<S> result{.gradient = std::vector<S>(problem.layout().row_size(), S(-1))};
  GradientJob<S> job{
      .batch = step, .worker = worker, .x = x.data(), .gradient = result.gradient.data()};
  problem.gradients({&job, 1}, 0, {});
  result.loss = job.loss;
  return result;
}

}  // namespace murmur::problems
