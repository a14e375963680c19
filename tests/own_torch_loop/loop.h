// SPDX-License-Identifier: Apache-2.0
// The loop of a user: murmur is two lines of it.
#pragma once

#include <string>
#include <vector>

#include "tests/own_torch_loop/net.h"

namespace murmur::testing {

inline std::vector<torch::optim::OptimizerParamGroup> groups_of(Net& net) {
  std::vector<torch::optim::OptimizerParamGroup> groups;
  for (const char* kind : {"weight", "bias"}) {
    std::vector<at::Tensor> tensors;
    for (const auto& item : net->named_parameters()) {
      if (item.key().find(kind) != std::string::npos) {
        tensors.push_back(item.value());
      }
    }
    DecentralizedOptions options(kind[0] == 'w' ? 0.05 : 0.1);
    options.weight_decay(kind[0] == 'w' ? 0.01 : 0);
    groups.emplace_back(tensors, std::make_unique<DecentralizedOptions>(options));
  }
  return groups;
}

inline DecentralizedOptions options_of(const LoopSetting& setting) {
  Options method;
  method.seed = kSeed;
  return DecentralizedOptions(0.05, method)
      .weight_decay(0.01)
      .overlap(setting.overlap)
      .average_buffers(setting.average_buffers);
}

inline std::unique_ptr<Decentralized> make_optimizer(const LoopSetting& setting, Net& net) {
  if (setting.groups) {
    return std::make_unique<Decentralized>(*net, groups_of(net), options_of(setting));
  }
  return setting.module ? std::make_unique<Decentralized>(*net, options_of(setting))
                        : std::make_unique<Decentralized>(net->parameters(), options_of(setting));
}

inline void train(Decentralized& optimizer, NetImpl& net, int steps) {
  torch::optim::StepLR schedule(optimizer, 4, 0.5);
  for (int step = 0; step < steps; ++step) {
    optimizer.zero_grad();
    loss_of(net, optimizer.rank(), optimizer.batch()).backward();
    optimizer.step();
    schedule.step();
  }
}

}  // namespace murmur::testing
