// SPDX-License-Identifier: Apache-2.0
// A loop of torch in processes of its own has the digest of the same model simulated.
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/own_torch_loop/net.h"
#include "tests/support/mpirun.h"

namespace murmur::testing {
namespace {

class TorchLoops : public ::testing::TestWithParam<Launcher> {};

INSTANTIATE_TEST_SUITE_P(Launchers,
                         TorchLoops,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

std::string simulated_digest(const LoopSetting& setting, int threads) {
  return setting.is_double ? digest_of_simulation<double>(setting, kWorkers, threads)
                           : digest_of_simulation<float>(setting, kWorkers, threads);
}

TEST_P(TorchLoops, HaveTheDigestsOfASimulation) {
  torch::set_num_threads(1);
  std::map<std::string, std::string> expected;
  for (const LoopSetting& setting : loop_settings()) {
    expected[setting.name] = simulated_digest(setting, 1);
    EXPECT_EQ(simulated_digest(setting, 2), expected[setting.name]) << setting.name;
  }
  const Ran ran = launch(GetParam(), kWorkers, {MURMUR_TORCH_LOOP});
  ASSERT_EQ(ran.code, 0) << ran.err;
  std::map<std::string, std::string> digests;
  for (const std::string& line : lines_of(ran.out)) {
    const std::size_t space = line.rfind(' ');
    digests[line.substr(0, space)] = line.substr(space + 1);
  }
  EXPECT_EQ(digests, expected);
}

}  // namespace
}  // namespace murmur::testing
