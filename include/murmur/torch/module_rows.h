// SPDX-License-Identifier: Apache-2.0
// A torch module on rows: its parameters and buffers are views of the rows of the worker whose
// gradient is computed, so nothing is copied before the forward pass, and the gradient of each
// parameter is copied into the gradient row as soon as it is final. Header-only, compiled against
// the user's torch (1.13 to 2.15).
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <murmur/task.h>
#include <murmur/torch/views.h>
#include <torch/nn/module.h>
#include <torch/types.h>

namespace murmur {

// Not thread-safe: one module and one ModuleRows per thread.
template <class S>
class ModuleRows {
 public:
  // The module's parameters, in its order, are the tensors of a row that `parameters` names, and
  // likewise for its buffers; integer buffers (num_batches_tracked) stay the module's own. Throws
  // Error if a name or a shape differs, or if a parameter does not require a gradient.
  ModuleRows(std::shared_ptr<torch::nn::Module> module,
             std::vector<Parameter> parameters,
             std::vector<Parameter> buffers)
      : module_(std::move(module)),
        parameters_(std::move(parameters)),
        buffers_(std::move(buffers)) {
    parameter_tensors_ = detail::match<S>(module_->named_parameters(), parameters_, "parameter");
    buffer_tensors_ = detail::match<S>(module_->named_buffers(), buffers_, "buffer");
    for (const at::Tensor& buffer : buffer_tensors_) {
      initial_buffers_.push_back(buffer.clone());
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!parameter_tensors_[i].requires_grad()) {
        throw Error("the parameter '" + parameters_[i].name +
                    "' does not require a gradient; register it as a buffer");
      }
      hooks_.push_back(parameter_tensors_[i].register_hook(
          [this, i](const at::Tensor& value) { write(i, value); }));
    }
  }
  ModuleRows(const ModuleRows&) = delete;
  ModuleRows& operator=(const ModuleRows&) = delete;
  ~ModuleRows() {
    for (std::size_t i = 0; i < hooks_.size(); ++i) {
      parameter_tensors_[i].remove_hook(hooks_[i]);
    }
  }

  // From now on the module computes in training or in evaluation mode, with the model `x` (a row)
  // and these buffers. Null buffers: with its initial ones, and what it writes to them is dropped.
  // In evaluation mode modules do not write to buffers.
  void bind(const S* x, S* buffers, bool training) {
    if (module_->is_training() != training) {
      module_->train(training);
    }
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      parameter_tensors_[i].set_data(detail::view(x, parameters_[i]));
    }
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      buffer_tensors_[i].set_data(buffers == nullptr ? initial_buffers_[i].clone()
                                                     : detail::view(buffers, buffers_[i]));
    }
  }

  // Differentiates `output`, which the module computed since bind(). `derivative`: of the loss with
  // respect to the output; undefined if the output is the loss. Writes the gradient, with zeros
  // between the tensors, and calls `ready`, which may be empty, for each parameter, the last one
  // first. Throws Error if a parameter gets no gradient, because the output does not depend on it.
  void backward(const at::Tensor& output,
                const at::Tensor& derivative,
                S* gradient,
                const ParameterReady& ready) {
    gradient_ = gradient;
    ready_ = &ready;
    announced_ = parameters_.size();
    written_.assign(parameters_.size(), false);
    output.backward(derivative);
    gradient_ = nullptr;
    for (const at::Tensor& parameter : parameter_tensors_) {
      parameter.mutable_grad() = at::Tensor();
    }
    if (announced_ > 0) {
      throw Error("the parameter '" + parameters_[announced_ - 1].name +
                  "' gets no gradient: the loss does not depend on it; remove it, or register it "
                  "as a buffer");
    }
  }

 private:
  // A final gradient goes into the row, and into no other memory that outlives the pass.
  void write(std::size_t i, const at::Tensor& value) {
    if (gradient_ == nullptr) {
      return;
    }
    const Parameter& place = parameters_[i];
    constexpr std::size_t kLine = 64 / sizeof(S);
    S* const begin = gradient_ + place.offset;
    detail::view(gradient_, place).copy_(value);
    std::fill(begin + place.size, begin + (place.size + kLine - 1) / kLine * kLine, S(0));
    written_[i] = true;
    for (; announced_ > 0 && written_[announced_ - 1]; --announced_) {
      if (*ready_) {
        (*ready_)(announced_ - 1);
      }
    }
  }

  std::shared_ptr<torch::nn::Module> module_;
  std::vector<Parameter> parameters_;
  std::vector<Parameter> buffers_;
  std::vector<at::Tensor> parameter_tensors_;
  std::vector<at::Tensor> buffer_tensors_;
  std::vector<at::Tensor> initial_buffers_;
  std::vector<unsigned> hooks_;

  // Of the backward pass in progress.
  S* gradient_ = nullptr;
  const ParameterReady* ready_ = nullptr;
  std::vector<bool> written_;
  std::size_t announced_ = 0;  // parameters from this one on are final and announced
};

}  // namespace murmur
