// SPDX-License-Identifier: Apache-2.0
// torch_loop: the loop of a user, one process per worker, under every setting of net.h. The first
// process prints lines "NAME DIGEST".
#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "tests/own_torch_loop/loop.h"

int main() {
  using namespace murmur::testing;  // NOLINT(google-build-using-namespace)
  torch::set_num_threads(1);
  for (const LoopSetting& setting : loop_settings()) {
    const auto type = setting.is_double ? torch::kDouble : torch::kFloat;
    // Processes start from different models: the first one's is everybody's.
    Net first = make_net(setting.dropout, type);
    Net other = make_net(setting.dropout, type, static_cast<std::uint64_t>(getpid()));
    const bool is_first = murmur::Worker({.parameters = {{.name = "x", .shape = {}}},
                                          .start = [](int, float*, float*) {}},
                                         {.algorithm = "sgd"})
                              .rank() == 0;
    Net net = is_first ? first : other;
    const auto optimizer = make_optimizer(setting, net);
    train(*optimizer, *net, kSteps);
    const std::string digest = optimizer->digest();
    if (optimizer->rank() == 0) {
      std::printf("%s %s\n", setting.name.c_str(), digest.c_str());
      std::fflush(stdout);
    }
  }
  return 0;
}
