// SPDX-License-Identifier: Apache-2.0
// A torch optimizer whose step() exchanges models with the workers of other processes. Two lines of
// a loop change:
//
//   murmur::Decentralized optimizer(net->parameters(), murmur::DecentralizedOptions(0.05));
//   ...                                                          and mpirun -n 4 in front of it
//
// Parameters become views of the rows of a Worker, and get memory of their own again at the end.
// Behind the constructor and each step() torch's default generator is seeded for the next batch
// (torch/draws.h); what else draws random numbers, a shuffling for example, needs a generator of
// its own.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <murmur/torch/bound_worker.h>
#include <murmur/torch/decentralized_options.h>
#include <murmur/torch/draws.h>
#include <murmur/torch/gradient_hooks.h>
#include <murmur/torch/group_factors.h>
#include <torch/nn/module.h>
#include <torch/optim/optimizer.h>
#include <torch/utils.h>

namespace murmur {

// Errors are those of a Worker. All processes construct it, step and destroy it together.
class Decentralized : public torch::optim::Optimizer {
  template <class S>
  using Bound = std::unique_ptr<detail::BoundWorker<S>>;
  using AnyBound = std::variant<Bound<float>, Bound<double>>;

  template <class Work>
  auto visit(const Work& work) const -> decltype(work(*std::declval<const Bound<float>&>())) {
    return std::visit([&](const auto& bound) { return work(*bound); }, bound_);
  }

 public:
  using Groups = std::vector<torch::optim::OptimizerParamGroup>;

  // Of float or of double, on the CPU. The names of the parameters are their numbers.
  Decentralized(std::vector<at::Tensor> parameters, DecentralizedOptions defaults)
      : Decentralized(Groups{torch::optim::OptimizerParamGroup(std::move(parameters))},
                      std::move(defaults)) {}
  // Groups may have rates and weight decays of their own.
  Decentralized(Groups groups, DecentralizedOptions defaults)
      : Decentralized(std::move(groups), std::move(defaults), nullptr) {}
  // All parameters of a module, in its order and by their names, and its buffers of the same type,
  // which are then part of checkpoints and averages, and travel if the method says so.
  Decentralized(const torch::nn::Module& module, DecentralizedOptions defaults)
      : Decentralized(module,
                      Groups{torch::optim::OptimizerParamGroup(module.parameters())},
                      std::move(defaults)) {}
  // The same in groups, each parameter in one of them.
  Decentralized(const torch::nn::Module& module, Groups groups, DecentralizedOptions defaults)
      : Decentralized(std::move(groups), std::move(defaults), &module) {}

  // Begins the next step behind the loss of the closure, if there is one.
  at::Tensor step(LossClosure closure = nullptr) override;

  int rank() const {
    return visit([](auto& bound) { return bound.worker().rank(); });
  }
  int size() const {
    return visit([](auto& bound) { return bound.worker().size(); });
  }
  std::int64_t steps() const {
    return visit([](auto& bound) { return bound.worker().steps(); });
  }
  // The number of the batch that comes next, by which data are chosen.
  std::int64_t batch() const {
    return visit([](auto& bound) { return bound.worker().batch(); });
  }

  // Collective, as those of a Worker.
  std::string digest() {
    return visit([](auto& bound) { return bound.worker().digest(); });
  }
  double consensus_distance() {
    return visit([](auto& bound) { return bound.worker().consensus_distance(); });
  }
  std::vector<at::Tensor> average_parameters() {
    return visit([](auto& bound) { return bound.average_parameters(); });
  }
  std::vector<at::Tensor> average_buffers() {
    return visit([](auto& bound) { return bound.average_buffers(); });
  }
  void save(const std::string& folder) {
    visit([&](auto& bound) { bound.worker().save(folder); });
  }
  void resume(const std::string& folder) {
    visit([&](auto& bound) { bound.worker().resume(folder); });
    seed();
  }

  // The state of this worker alone, for torch::save() and torch::load(): the model and all that the
  // algorithm keeps, and the rates. Every process saves and loads its own.
  void save(torch::serialize::OutputArchive& archive) const override;
  void load(torch::serialize::InputArchive& archive) override;

  std::string config() const {
    return visit([](auto& bound) { return bound.worker().config(); });
  }

 private:
  Decentralized(Groups groups, DecentralizedOptions defaults, const torch::nn::Module* module);

  const DecentralizedOptions& options_of(std::size_t group) const {
    return static_cast<const DecentralizedOptions&>(param_groups_[group].options());
  }
  AnyBound make_bound(const Groups& groups, const torch::nn::Module* module);
  std::vector<detail::NamedTensor> name_parameters(const torch::nn::Module* module);
  double common_decay() const;
  void require_same_parameters() const;
  void begin();
  void apply_factors();
  void on_gradient(std::size_t parameter);
  void require_unchanged();
  void seed() {
    visit([](auto& bound) {
      seed_draws(bound.worker().seed(), bound.worker().rank(), bound.worker().batch());
    });
  }

  std::vector<at::Tensor> parameters_;  // of all groups, in the order of the rows
  std::vector<std::size_t> rows_;       // their places there, group by group
  AnyBound bound_;
  detail::GroupFactors factors_;
  double lr_ = 0;                               // of the step that has begun
  std::optional<detail::GradientHooks> hooks_;  // where gradients are used during backward
};

}  // namespace murmur

#include <murmur/torch/decentralized_setup.h>
#include <murmur/torch/decentralized_step.h>
