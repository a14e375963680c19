// SPDX-License-Identifier: Apache-2.0
// Tasks as a user brings them, and what they must equal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <murmur/simulation.h>

#include "tests/support/worlds.h"

namespace murmur::testing {

// The quadratic problem of the laws as a task.
template <class S>
BasicTask<S> quadratic_task(int workers, typename RandomQuadratic<S>::Kind kind = {}) {
  const auto problem = std::make_shared<RandomQuadratic<S>>(
      workers, kind, typename RandomQuadratic<S>::Shape{.matrix_rows = 6, .matrix_columns = 9});
  BasicTask<S> task;
  for (const TensorSlot& slot : problem->layout().tensors()) {
    task.parameters.push_back({.name = slot.name, .shape = slot.shape});
  }
  task.start = [problem](int worker, S* row, S* /*buffers*/) {
    problem->start(worker, {row, problem->layout().row_size()});
  };
  task.gradient = [problem](const BasicGradient<S>& asked) {
    problems::GradientJob<S> job{
        .batch = asked.batch, .worker = asked.worker, .x = asked.x, .gradient = asked.gradient};
    problem->gradients({&job, 1}, asked.thread, [](std::size_t, CoordinateRange) {});
    return job.loss;
  };
  return task;
}

// w over two tensors of 3 and 1 numbers, the loss of batch b of worker i sum_k (w_k - t)^2 with
// t = i + b / 10. The buffer counts passes. Scores: the sum of w, in two parts.
template <class S>
BasicTask<S> counting_task() {
  BasicTask<S> task;
  task.parameters = placed<S>({{.name = "w", .shape = {3}}, {.name = "b", .shape = {}}});
  task.buffers = {{.name = "passes", .shape = {1}}};
  task.start = [](int /*worker*/, S* row, S* buffers) {
    row[0] = S(1);
    buffers[0] = S(0);
  };
  task.gradient = [places = task.parameters](const BasicGradient<S>& asked) {
    const S target = S(asked.worker) + S(asked.batch) / S(10);
    double loss = 0;
    for (std::size_t p = places.size(); p-- > 0;) {
      for (std::size_t k = places[p].offset; k < places[p].offset + places[p].size; ++k) {
        asked.gradient[k] = 2 * (asked.x[k] - target);
        loss += static_cast<double>((asked.x[k] - target) * (asked.x[k] - target));
      }
      asked.ready(p);
    }
    if (asked.buffers != nullptr) {
      asked.buffers[0] += S(1);
    }
    return loss;
  };
  task.score_parts = 2;
  task.score = [](const S* x, const S* buffers, std::int64_t part) {
    const auto begin = static_cast<std::size_t>(2 * part);
    const double sum = static_cast<double>(x[begin]) + (part == 0 ? static_cast<double>(x[1]) : 0);
    return std::vector<Sum>{{.name = "weight", .sum = sum, .count = part == 0 ? 2 : 1},
                            {.name = "passes", .sum = static_cast<double>(buffers[0]), .count = 1}};
  };
  return task;
}

inline Options four_workers() {
  return {.workers = 4, .threads = 2};
}

// The message of the Error that work() throws; empty: none.
template <class Work>
std::string error_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace murmur::testing
