// SPDX-License-Identifier: Apache-2.0
// The same bits in every world: one process or several, threads, Open MPI and MPICH.
#include "tests/support/mpirun.h"

#include <set>

#include <gtest/gtest.h>

namespace murmur::testing {
namespace {

// The lines of a program that ended well, without the last one, the number of processes.
std::vector<std::string> lines_of(const Ran& ran, int processes) {
  EXPECT_EQ(ran.code, 0) << ran.err;
  std::vector<std::string> lines = testing::lines_of(ran.out);
  EXPECT_FALSE(lines.empty()) << ran.err;
  if (!lines.empty()) {
    EXPECT_EQ(lines.back(), "run by " + std::to_string(processes) + " processes");
    lines.pop_back();
  }
  return lines;
}

std::vector<std::string> alone(int threads) {
  const TemporaryFolder folder;
  return lines_of(shell(folder.path(), quoted(MURMUR_MPI_DIGESTS) + " " + std::to_string(threads)),
                  1);
}

void expect_the_same(const std::vector<std::string>& lines,
                     const std::vector<std::string>& expected) {
  ASSERT_EQ(lines.size(), expected.size());
  for (std::size_t k = 0; k < lines.size(); ++k) {
    EXPECT_EQ(lines[k], expected[k]);
  }
}

TEST(WorldsOfMpi, RunTheWholeRegistryOnce) {
  std::set<std::string> labels;
  std::size_t of_algorithms = 0;
  const std::vector<std::string> lines = alone(1);
  for (const std::string& line : lines) {
    labels.insert(line.substr(0, line.find(": ")));
    of_algorithms += line.starts_with("algorithm ") ? 1 : 0;
  }
  EXPECT_EQ(labels.size(), lines.size());
  EXPECT_GT(of_algorithms, 40U);
  EXPECT_GT(lines.size(), 200U);
}

TEST(WorldsOfMpi, GiveTheSameBitsOnTwoThreads) {
  expect_the_same(alone(2), alone(1));
}

class EveryLauncher : public ::testing::TestWithParam<Launcher> {};

TEST_P(EveryLauncher, GivesTheBitsOfOneProcessOnAnyNumberOfThem) {
  const std::vector<std::string> expected = alone(1);
  for (const int processes : {1, 2, 3, 4, 8}) {
    SCOPED_TRACE(std::to_string(processes) + " processes");
    expect_the_same(lines_of(launch(GetParam(), processes, {MURMUR_MPI_DIGESTS}), processes),
                    expected);
  }
}

TEST_P(EveryLauncher, GivesTheSameBitsWhereProcessesShareMemory) {
  const std::vector<std::string> expected = alone(1);
  for (const auto& [processes, threads] : {std::pair{2, "2"}, {3, "1"}, {4, "1"}, {8, "1"}}) {
    SCOPED_TRACE(std::to_string(processes) + " processes");
    const Ran ran = launch(GetParam(), processes, {MURMUR_MPI_DIGESTS, threads, "shared"});
    expect_the_same(lines_of(ran, processes), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(WorldsOfMpi,
                         EveryLauncher,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::testing
