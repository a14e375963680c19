// SPDX-License-Identifier: Apache-2.0
// A worker whose rows are the memory of tensors: parameters and buffers of a module are views of
// its rows, and gradients are lent to it, or copied into its gradient row.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <murmur/task.h>
#include <murmur/torch/decentralized_options.h>
#include <murmur/torch/named_tensors.h>
#include <murmur/torch/views.h>
#include <murmur/worker.h>
#include <torch/types.h>

namespace murmur::detail {

// S: float or double, as the tensors are.
template <class S>
class BoundWorker {
 public:
  // The first process's values are everybody's.
  BoundWorker(std::vector<NamedTensor> parameters,
              std::vector<NamedTensor> buffers,
              const DecentralizedOptions& options,
              const Options& method)
      : parameters_(std::move(parameters)),
        buffers_(std::move(buffers)),
        worker_(task(options.average_buffers()), method, options.communicator()) {
    bind_to_row(parameters_, worker_.parameters(), worker_.mutable_x().data(), parameter_views_);
    bind_to_row(buffers_, worker_.buffer_layout(), worker_.buffers().data(), buffer_views_);
    for (const Parameter& place : worker_.parameters()) {
      gradient_views_.push_back(view(worker_.gradient().data(), place));
    }
  }
  // Tensors get memory of their own again.
  ~BoundWorker() {
    for (auto* const tensors : {&parameters_, &buffers_}) {
      const auto& views = tensors == &parameters_ ? parameter_views_ : buffer_views_;
      for (std::size_t i = 0; i < views.size(); ++i) {
        at::Tensor& tensor = (*tensors)[i].tensor;
        if (tensor.data_ptr() == views[i].data_ptr()) {
          tensor.set_data(views[i].clone());
        }
      }
    }
  }
  BoundWorker(const BoundWorker&) = delete;
  BoundWorker& operator=(const BoundWorker&) = delete;

  BasicWorker<S>& worker() { return worker_; }

  // Memory that replaced a row's is taken over: its values are the row's from now on. Throws Error
  // if shape or type differ.
  void take_parameters() { rebind(parameters_, parameter_views_); }
  void take_buffers() { rebind(buffers_, buffer_views_); }
  // The gradients of the next step: lent where their numbers stand one after the other and are not
  // the model's, otherwise copied. Throws Error if there is none, or one of another shape or type.
  void lend_gradients() {
    const std::span<const S> x = worker_.x();
    lent_.assign(parameters_.size(), nullptr);
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      const at::Tensor& gradient = gradient_of(parameters_[i], gradient_views_[i]);
      const auto* const values = static_cast<const S*>(gradient.data_ptr());
      if (gradient.is_contiguous() && !(values >= x.data() && values < x.data() + x.size())) {
        lent_[i] = values;
      } else {
        gradient_views_[i].copy_(gradient);
      }
    }
    worker_.lend_gradients(lent_);
  }

  // A gradient into the gradient row.
  void take_gradient(std::size_t i) {
    const at::Tensor& gradient = gradient_of(parameters_[i], gradient_views_[i]);
    at::Tensor& place = gradient_views_[i];
    if (gradient.data_ptr() == place.data_ptr()) {
      return;
    }
    if (gradient.is_contiguous()) {
      std::memcpy(place.data_ptr(), gradient.data_ptr(), gradient.nbytes());
    } else {
      place.copy_(gradient);
    }
  }

  // Whether the gradient is still the one that was taken, by its first numbers: what scales
  // gradients, as clipping does, scales all of them.
  bool has_same_gradient(std::size_t i) const {
    const at::Tensor& gradient = parameters_[i].tensor.grad();
    const at::Tensor& place = gradient_views_[i];
    constexpr std::size_t kCompared = 128;
    return gradient.defined() && gradient.nbytes() == place.nbytes() &&
           (!gradient.is_contiguous() || std::memcmp(gradient.data_ptr(),
                                                     place.data_ptr(),
                                                     std::min(kCompared, gradient.nbytes())) == 0);
  }

  // The exact averages over all workers, as tensors of their own. Collective.
  std::vector<at::Tensor> average_parameters() {
    return copies(worker_.average_model().data(), worker_.parameters());
  }
  std::vector<at::Tensor> average_buffers() {
    return copies(worker_.average_buffers().data(), worker_.buffer_layout());
  }

 private:
  BasicTask<S> task(bool average_buffers) const {
    BasicTask<S> task;
    task.parameters = places(parameters_);
    task.buffers = places(buffers_);
    task.average_buffers = average_buffers;
    task.start = [this](int /*worker*/, S* row, S* buffer_row) {
      fill_row(parameters_, placed<S>(places(parameters_)), row);
      fill_row(buffers_, placed<S>(places(buffers_)), buffer_row);
    };
    return task;
  }
  // 5 ns per tensor where nothing was replaced.
  static void rebind(std::vector<NamedTensor>& tensors, std::vector<at::Tensor>& views) {
    for (std::size_t i = 0; i < views.size(); ++i) {
      at::Tensor& tensor = tensors[i].tensor;
      if (tensor.data_ptr() == views[i].data_ptr()) {
        continue;
      }
      if (tensor.scalar_type() != views[i].scalar_type() || tensor.sizes() != views[i].sizes() ||
          !tensor.device().is_cpu()) {
        throw Error("'" + tensors[i].name + "' was replaced by " + words_of(tensor) +
                    "; it is to stay " + words_of(views[i]) + " on the CPU");
      }
      views[i].copy_(tensor.detach());
      tensor.set_data(views[i]);
    }
  }
  std::vector<NamedTensor> parameters_;
  std::vector<NamedTensor> buffers_;
  BasicWorker<S> worker_;
  std::vector<at::Tensor> parameter_views_;
  std::vector<at::Tensor> buffer_views_;
  std::vector<at::Tensor> gradient_views_;
  std::vector<const S*> lent_;
};

}  // namespace murmur::detail
