// SPDX-License-Identifier: Apache-2.0
// The options of a group of parameters of murmur::Decentralized, as torch's optimizers have them.
// Schedulers read and write the rate.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <murmur/communicator.h>
#include <murmur/options.h>
#include <torch/optim/optimizer.h>
#include <torch/serialize/archive.h>

namespace murmur {

class DecentralizedOptions : public torch::optim::OptimizerCloneableOptions<DecentralizedOptions> {
 public:
  // `method`: algorithm, topology and all that a file of murmur can say; of the defaults of an
  // optimizer, while groups of parameters differ in what follows.
  explicit DecentralizedOptions(double lr, Options method = {})
      : lr_(lr), method_(std::move(method)) {}

  double lr() const { return lr_; }
  DecentralizedOptions& lr(double value) {
    lr_ = value;
    return *this;
  }
  // Less than 0: algorithm.weight_decay of the method.
  double weight_decay() const { return weight_decay_; }
  DecentralizedOptions& weight_decay(double value) {
    weight_decay_ = value;
    return *this;
  }

  // Of the defaults of an optimizer: whether parts of the gradient are used and sent while backward
  // computes the others. Then a step has one backward pass, and nothing changes gradients between
  // that and step(); algorithms and gradient.clip_norm do it all the same.
  bool overlap() const { return overlap_; }
  DecentralizedOptions& overlap(bool value) {
    overlap_ = value;
    return *this;
  }
  // Likewise: whether the buffers of a module, its running statistics, are mixed and averaged
  // wherever the models are; otherwise each worker has its own.
  bool average_buffers() const { return average_buffers_; }
  DecentralizedOptions& average_buffers(bool value) {
    average_buffers_ = value;
    return *this;
  }
  // Likewise: the processes of the optimizer.
  const Communicator& communicator() const { return communicator_; }
  DecentralizedOptions& communicator(const Communicator& value) {
    communicator_ = value;
    return *this;
  }
  const Options& method() const { return method_; }
  Options& method() { return method_; }

  double get_lr() const override { return lr_; }
  void set_lr(const double lr) override { lr_ = lr; }
  void serialize(torch::serialize::OutputArchive& archive) const override {
    archive.write("lr", c10::IValue(lr_));
    archive.write("weight_decay", c10::IValue(weight_decay_));
  }
  void serialize(torch::serialize::InputArchive& archive) override {
    c10::IValue value;
    archive.read("lr", value);
    lr_ = value.toDouble();
    archive.read("weight_decay", value);
    weight_decay_ = value.toDouble();
  }

 private:
  double lr_;
  double weight_decay_ = -1;
  bool overlap_ = false;
  bool average_buffers_ = false;
  Communicator communicator_;
  Options method_;
};

}  // namespace murmur
