// SPDX-License-Identifier: Apache-2.0
// Supervised problems that are small enough to check coordinate by coordinate: random images, every
// model, those with a choice of norms several times.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/arena.h"
#include "murmur/core/random.h"
#include "murmur/learning/supervised.h"
#include "murmur/models/model.h"

namespace murmur::learning::testing {

// 41 training and 23 test images of 2 channels with 5 classes, 3 workers with 13 images each; for
// models of text as many windows of 5 tokens out of 7.
// `model`: one of model_names(), which are models and the norm that they use: "cifar-resnet group".
std::shared_ptr<const data::Dataset> small_dataset(const std::string& model);
ExampleForm form_for(const std::string& model, std::int64_t outputs = 5);
models::Network small_network(const std::string& model, std::int64_t outputs = 5);

// Batches of 6, iid.
SupervisedSettings small_settings(const std::string& model);

// The same with 3 targets per example in place of classes, and numbers as inputs.
SupervisedSettings small_regression(const std::string& model);

// Images and labels of these examples.
data::Examples examples_of(const data::Examples& all, const std::vector<std::int32_t>& which);

// Without the ResNets of fixed sizes, which have 11 million parameters or more: test_residual.cpp.
std::vector<std::string> model_names();
bool takes_images(const std::string& model);
// How many terms the loss of the first test examples has: examples, or tokens.
std::int64_t loss_terms(const SupervisedSettings& settings, std::int64_t examples);
// Few layers: derivatives are exact to many digits, and a hundred steps halve the loss.
bool is_shallow(const std::string& model);
// Whether a model computes the same function in training and in evaluation.
bool is_same_in_evaluation(const std::string& model);

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

// The start with every parameter changed a little: none is zero, no layer is closed.
template <class S>
Row<S> near_start_of(const problems::Problem<S>& problem) {
  Row<S> row = start_of(problem);
  const Random random(9, Stream::kTest);
  for (const TensorSlot& slot : problem.layout().tensors()) {
    for (std::size_t k = slot.offset; k < slot.offset + slot.size; ++k) {
      row[k] += static_cast<S>(0.05 * (random.uniform(k) - 0.5));
    }
  }
  return row;
}

template <class S>
Row<S> start_buffers_of(const problems::Problem<S>& problem) {
  Row<S> row(problem.buffers().row_size());
  problem.start_buffers(row.span());
  return row;
}

// The batch's loss; the gradient goes into `gradient`.
template <class S>
double gradient(problems::Problem<S>& problem,
                int worker,
                std::int64_t step,
                Row<S>& x,
                Row<S>& gradient,
                int thread = 0,
                S* buffers = nullptr) {
  problems::GradientJob<S> job{.batch = step,
                               .worker = worker,
                               .x = x.data(),
                               .gradient = gradient.data(),
                               .buffers = buffers};
  problem.gradients({&job, 1}, thread, {});
  return job.loss;
}

template <class S>
std::vector<S> copy_of(Row<S>& row) {
  return {row.span().begin(), row.span().end()};
}

}  // namespace murmur::learning::testing
