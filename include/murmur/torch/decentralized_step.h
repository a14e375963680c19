// SPDX-License-Identifier: Apache-2.0
// A step of murmur::Decentralized.
#pragma once

#include <string>
#include <vector>

#include <murmur/torch/decentralized.h>

namespace murmur {

inline void Decentralized::require_same_parameters() const {
  std::size_t count = 0;
  for (const auto& group : param_groups_) {
    for (const at::Tensor& parameter : group.params()) {
      if (count >= parameters_.size() || !parameter.is_same(parameters_[rows_[count]])) {
        throw Error("the parameter number " + std::to_string(count) +
                    " is another one than when this optimizer was made; make a new optimizer");
      }
      ++count;
    }
  }
  if (count != parameters_.size()) {
    throw Error(std::to_string(count) +
                " parameters are in the groups, and this optimizer was made of " +
                std::to_string(parameters_.size()) + "; make a new optimizer");
  }
}

inline void Decentralized::apply_factors() {
  std::vector<double> rates;
  std::vector<double> decays;
  for (std::size_t g = 0; g < param_groups_.size(); ++g) {
    rates.push_back(options_of(g).lr());
    decays.push_back(options_of(g).weight_decay());
  }
  if (!factors_.update(rates, decays)) {
    return;
  }
  std::size_t parameter = 0;
  for (std::size_t g = 0; g < param_groups_.size(); ++g) {
    for (std::size_t k = 0; k < param_groups_[g].params().size(); ++k, ++parameter) {
      visit([&](auto& bound) {
        bound.worker().set_factors(rows_[parameter], factors_.of(g).rate, factors_.of(g).decay);
      });
    }
  }
}

inline void Decentralized::begin() {
  require_same_parameters();
  apply_factors();
  lr_ = options_of(0).lr();
  visit([&](auto& bound) {
    bound.take_parameters();
    bound.take_buffers();
    bound.worker().begin(lr_);
  });
}

inline void Decentralized::on_gradient(std::size_t parameter) {
  const torch::NoGradGuard no_gradients;
  visit([&](auto& bound) {
    if (!bound.worker().has_begun()) {
      begin();
    }
    bound.take_gradient(parameter);
    bound.worker().ready(parameter);
  });
}

inline void Decentralized::require_unchanged() {
  visit([&](auto& bound) {
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (!parameters_[i].grad().defined()) {
        bound.take_gradient(i);  // says so
      }
      if (!bound.has_same_gradient(i)) {
        throw Error("the gradient of parameter number " + std::to_string(i) +
                    " was changed between backward() and step(), when it had been sent; switch "
                    "overlap off, or clip by gradient.clip_norm of the method");
      }
    }
  });
  if (options_of(0).lr() != lr_) {
    throw Error("the rate was changed between backward() and step(), when it had been used");
  }
}

inline at::Tensor Decentralized::step(LossClosure closure) {
  at::Tensor loss;
  if (closure) {
    const at::AutoGradMode gradients(true);
    loss = closure();
  }
  const torch::NoGradGuard no_gradients;
  visit([&](auto& bound) {
    if (!hooks_) {
      require_same_parameters();
      bound.lend_gradients();
      begin();
    } else if (!bound.worker().has_begun()) {
      throw Error("step() without backward() before it; with overlap a step has one");
    } else {
      require_unchanged();
    }
    bound.worker().finish();
  });
  seed();
  return loss;
}

}  // namespace murmur
