// SPDX-License-Identifier: Apache-2.0
// A process stops in the middle of a round and continues when the others have given up: all of them
// report what they waited for, and none accesses released memory.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/mpirun.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::Each;
using ::testing::Not;
using ::testing::SizeIs;

class StoppedProcesses : public ::testing::TestWithParam<Launcher> {};

// Launchers print lines of their own to the same output.
std::vector<std::string> lines_by_processes(const std::string& out) {
  std::vector<std::string> lines;
  for (const std::string& line : lines_of(out)) {
    if (line.size() > 2 && line.substr(1, 2) == ": ") {
      lines.push_back(line);
    }
  }
  return lines;
}

TEST_P(StoppedProcesses, LeaveTheOthersWithANameAndTheirMemory) {
  const std::vector<std::vector<std::string>> worlds{{"dsgd", "ring", "40", "messages"},
                                                     {"allreduce-sgd", "ring", "75", "messages"},
                                                     {"allreduce-sgd", "ring", "90", "shared"}};
  for (std::vector<std::string> command : worlds) {
    SCOPED_TRACE(command[0] + " " + command[3]);
    command.insert(command.begin(), MURMUR_MPI_FAILURES);
    const Ran ran = launch(GetParam(), 3, command);
    EXPECT_THAT(lines_by_processes(ran.out),
                AllOf(SizeIs(3), Each(ContainsRegex("(of|for) workers? [0-9]"))))
        << ran.err;
    EXPECT_THAT(ran.err, Not(ContainsRegex("[Ss]egmentation|SIGSEGV|SIGABRT"))) << ran.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         StoppedProcesses,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace murmur::testing
