// SPDX-License-Identifier: Apache-2.0
// W1: MLPs 784-128-10 on Fashion-MNIST, batch 32, as bench/peers/work.py describes them.
#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "murmur/data/training_data.h"
#include "murmur/learning/supervised.h"
#include "murmur/models/model.h"

namespace murmur::bench {

[[noreturn]] inline void refuse(const std::string& message) {
  fmt::print(stderr, "bench: {}\n", message);
  std::exit(2);
}

template <class T>
T take(Result<T> result) {
  if (!result) {
    refuse(result.failure().message);
  }
  return std::move(result).value();
}

// `folder`: of the data; empty: where murmur looks.
inline data::TrainingData divided(int workers, const std::string& folder) {
  const char* environment = std::getenv("MURMUR_DATA");
  const data::Places places{.folder = folder,
                            .environment = environment == nullptr ? "" : environment};
  const data::DatasetInfo* info = data::find_dataset("fashion-mnist");
  data::TrainingDataSettings wanted;
  wanted.workers = workers;
  return take(data::divide(take(data::read_dataset(*info, places)), wanted));
}

inline std::unique_ptr<problems::Problem<float>> make_w1(int workers,
                                                         const std::string& folder,
                                                         const std::string& matmul) {
  learning::SupervisedSettings wanted;
  wanted.data = divided(workers, folder);
  const data::Dataset& dataset = *wanted.data.dataset;
  const models::Model* model = models::find_model("mlp");
  wanted.network = take(models::make_network(
      *model, OptionValues(model->options), dataset.training.shape, dataset.classes));
  wanted.matmul = matmul;
  return take(learning::make_supervised<float>(wanted));
}

}  // namespace murmur::bench
