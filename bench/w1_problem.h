// SPDX-License-Identifier: Apache-2.0
// W1: MLPs 784-128-10 on Fashion-MNIST, batch 32, as bench/peers/work.py describes them.
#pragma once

#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "bench/options.h"

#include "murmur/data/training_data.h"
#include "murmur/learning/supervised.h"
#include "murmur/models/model.h"

namespace murmur::bench {

// `folder`: where the data are; empty: in the default places.
inline data::TrainingData divided(int workers, const std::string& folder) {
  const char* environment = std::getenv("MURMUR_DATA");
  const data::Places places{.folder = folder,
                            .environment = environment == nullptr ? "" : environment};
  const data::DatasetInfo* info = data::find_dataset("fashion-mnist");
  data::TrainingDataSettings wanted;
  wanted.workers = workers;
  return take(data::divide(take(data::read_dataset(*info, places)), wanted));
}

// The same with a slower gradient: each one is computed `times` times.
class Repeated final : public problems::Problem<float> {
 public:
  Repeated(std::unique_ptr<problems::Problem<float>> once, int times)
      : once_(std::move(once)), times_(times) {}

  int workers() const override { return once_->workers(); }
  const Layout& layout() const override { return once_->layout(); }
  void prepare(int threads) override { once_->prepare(threads); }
  void start(int worker, std::span<float> row) const override { once_->start(worker, row); }
  void gradients(std::span<problems::GradientJob<float>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override {
    for (int k = 1; k < times_; ++k) {
      once_->gradients(jobs, thread, [](std::size_t, CoordinateRange) {});
    }
    once_->gradients(jobs, thread, ready);
  }
  double loss(int worker, const murmur::problems::Model<float>& model, int thread) override {
    return once_->loss(worker, model, thread);
  }

 private:
  std::unique_ptr<problems::Problem<float>> once_;
  int times_;
};

inline std::unique_ptr<problems::Problem<float>> make_w1(int workers,
                                                         const std::string& folder,
                                                         const std::string& matmul) {
  learning::SupervisedSettings wanted;
  wanted.data = divided(workers, folder);
  const data::Dataset& dataset = *wanted.data.dataset;
  const models::Model* model = models::find_model("mlp");
  wanted.network = take(models::make_network(
      *model, OptionValues(model->options), dataset.training.shape(), dataset.classes));
  wanted.matmul = matmul;
  return take(learning::make_supervised<float>(wanted));
}

}  // namespace murmur::bench
