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

void expect_laws(const testing::Launcher& launcher,
                 const std::string& world,
                 const std::vector<std::vector<Law>>& all) {
  constexpr int kProcesses = 4;
  const Ran ran = launch(launcher, kProcesses, {MURMUR_MPI_LAWS, world});
  EXPECT_EQ(ran.code, 0) << ran.err;
  std::vector<Law> laws;
  for (const std::vector<Law>& some : all) {
    laws.insert(laws.end(), some.begin(), some.end());
  }
  EXPECT_THAT(testing::lines_of(ran.out),
              ::testing::UnorderedElementsAreArray(all_kept(laws, kProcesses)));
}

TEST_P(TransportsOfMpi, KeepTheLaws) {
  expect_laws(GetParam(), "messages", {laws_of_messages(), laws_of_notices()});
}

TEST_P(TransportsOfMpi, KeepTheLawsOnOneHost) {
  expect_laws(GetParam(), "host", {laws_of_messages(), laws_of_notices(), laws_of_shared_views()});
}

// MPI cannot be left in order after a failure, and each launcher has its own code for that.
TEST_P(TransportsOfMpi, KeepTheLawsOfFailure) {
  constexpr int kProcesses = 3;
  for (const std::string world : {"messages", "host"}) {
    for (const Law& law : laws_of_failure()) {
      const Ran ran = launch(GetParam(), kProcesses, {MURMUR_MPI_LAWS, world, law.name});
      EXPECT_THAT(testing::lines_of(ran.out), ::testing::IsSupersetOf(all_kept({law}, kProcesses)))
          << world << ": " << ran.err;
    }
  }
}

// Within a host program, which has MPI of its own or none, for all of its threads or for one.
TEST_P(TransportsOfMpi, LeaveTheHostProgramAsItWas) {
  constexpr int kProcesses = 4;
  const std::string name = GetParam().name == "OpenMpi" ? "openmpi" : "mpich";
  for (const std::string how : {"alone", "given", "funneled"}) {
    const Ran ran = launch(GetParam(), kProcesses, {MURMUR_MPI_WITHIN + name, how});
    EXPECT_EQ(ran.code, 0) << how << ": " << ran.err;
    std::vector<std::string> lines;
    for (int p = 0; p < kProcesses; ++p) {
      lines.push_back(std::to_string(p) + " " + how + ": kept");
    }
    EXPECT_THAT(testing::lines_of(ran.out), ::testing::UnorderedElementsAreArray(lines)) << ran.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         TransportsOfMpi,
                         ::testing::ValuesIn(testing::launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::comm
