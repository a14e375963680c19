// SPDX-License-Identifier: Apache-2.0
// Calls a function behind the last change that a backward pass makes to a parameter's gradient.
#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

namespace murmur::detail {

class GradientHooks {
 public:
  using Call = std::function<void(std::size_t parameter)>;
  // A shared or an intrusive pointer, as the version of torch has it.
  using Node = decltype(torch::autograd::impl::grad_accumulator(at::Tensor()));

  // The parameters are leaves that require a gradient.
  GradientHooks(const std::vector<at::Tensor>& parameters, Call call)
      : call_(std::make_shared<Call>(std::move(call))) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
      nodes_.push_back(torch::autograd::impl::grad_accumulator(parameters[i]));
      keys_.push_back(nodes_.back()->add_post_hook(std::make_unique<Hook>(call_, i)));
    }
  }
  GradientHooks(const GradientHooks&) = delete;
  GradientHooks& operator=(const GradientHooks&) = delete;
  ~GradientHooks() {
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      nodes_[i]->del_post_hook(keys_[i]);
    }
  }

 private:
  struct Hook : torch::autograd::FunctionPostHook {
    Hook(std::shared_ptr<Call> its_call, std::size_t its_parameter)
        : call(std::move(its_call)), parameter(its_parameter) {}
    torch::autograd::variable_list operator()(
        const torch::autograd::variable_list& outputs,
        const torch::autograd::variable_list& /*inputs*/) override {
      (*call)(parameter);
      return outputs;
    }
    std::shared_ptr<Call> call;
    std::size_t parameter;
  };

  std::shared_ptr<Call> call_;
  // Tensors hold them weakly.
  std::vector<Node> nodes_;
  std::vector<std::uintptr_t> keys_;
};

}  // namespace murmur::detail
