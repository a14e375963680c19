// SPDX-License-Identifier: Apache-2.0
// Supervised problems that are small enough to check coordinate by coordinate: random images, every
// model.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/learning/supervised.h"
#include "murmur/models/model.h"

namespace murmur::learning::testing {

// 41 training and 23 test images of 2 x 12 x 12 with 5 classes, 3 workers with 13 images each.
std::shared_ptr<const data::Dataset> small_dataset();
models::Network small_network(const std::string& model);

// Batches of 6, iid.
SupervisedSettings small_settings(const std::string& model);

std::vector<std::string> model_names();

template <class S>
std::unique_ptr<problems::Problem<S>> make(const SupervisedSettings& settings, int threads = 1) {
  auto problem = make_supervised<S>(settings).value();
  problem->prepare(threads);
  return problem;
}

// A row aligned to 64 bytes, as in an engine.
template <class S>
class Row {
 public:
  explicit Row(std::size_t size) : arena_({1}, size) {}
  S* data() { return arena_.row(0, 0); }
  std::span<S> span() { return {data(), arena_.row_size()}; }
  S& operator[](std::size_t i) { return data()[i]; }

 private:
  Arena<S> arena_;
};

template <class S>
Row<S> start_of(const problems::Problem<S>& problem) {
  Row<S> row(problem.layout().row_size());
  problem.start(0, row.span());
  return row;
}

// The batch's loss; the gradient goes into `gradient`.
template <class S>
double gradient(problems::Problem<S>& problem,
                int worker,
                std::int64_t step,
                Row<S>& x,
                Row<S>& gradient,
                int thread = 0) {
  problems::GradientJob<S> job{
      .batch = step, .worker = worker, .x = x.data(), .gradient = gradient.data()};
  problem.gradients({&job, 1}, thread, {});
  return job.loss;
}

template <class S>
std::vector<S> copy_of(Row<S>& row) {
  return {row.span().begin(), row.span().end()};
}

}  // namespace murmur::learning::testing
