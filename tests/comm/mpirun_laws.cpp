// SPDX-License-Identifier: Apache-2.0
// The laws of every transport, over each MPI, between processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/comm/laws/laws.h"
#include "tests/support/mpirun.h"

namespace murmur::comm {
namespace {

using testing::launch;
using testing::Ran;

class TransportsOfMpi : public ::testing::TestWithParam<testing::Launcher> {};

std::vector<std::string> all_kept(const std::vector<Law>& laws, int processes) {
  std::vector<std::string> lines;
  for (const Law& law : laws) {
    for (int p = 0; p < processes; ++p) {
      lines.push_back(std::to_string(p) + " " + law.name + ": kept");
    }
  }
  return lines;
}

TEST_P(TransportsOfMpi, KeepTheLaws) {
  constexpr int kProcesses = 4;
  const Ran ran = launch(GetParam(), kProcesses, {MURMUR_MPI_LAWS});
  EXPECT_EQ(ran.code, 0) << ran.err;
  std::vector<Law> laws = laws_of_messages();
  for (const Law& law : laws_of_notices()) {
    laws.push_back(law);
  }
  EXPECT_THAT(testing::lines_of(ran.out),
              ::testing::UnorderedElementsAreArray(all_kept(laws, kProcesses)));
}

// MPI cannot be left in order after a failure, and each launcher has its own code for that.
TEST_P(TransportsOfMpi, KeepTheLawsOfFailure) {
  constexpr int kProcesses = 3;
  for (const Law& law : laws_of_failure()) {
    const Ran ran = launch(GetParam(), kProcesses, {MURMUR_MPI_LAWS, law.name});
    EXPECT_THAT(testing::lines_of(ran.out), ::testing::IsSupersetOf(all_kept({law}, kProcesses)))
        << ran.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         TransportsOfMpi,
                         ::testing::ValuesIn(testing::launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::comm
