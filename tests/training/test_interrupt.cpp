// SPDX-License-Identifier: Apache-2.0
// A run that is asked to stop ends with what it has, and can go on.
#include <csignal>
#include <cstdio>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;

// Starts a long run that says a line after every step, waits for the first one, sends the signal
// and returns the exit code.
int interrupted(const Desk& desk, int signal) {
  std::array<int, 2> ends{};
  EXPECT_EQ(pipe(ends.data()), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
    close(ends[0]);
    const bool there = chdir(desk.path("").c_str()) == 0;
    if (there) {
      execl(MURMUR_PROGRAM,
            "murmur",
            "train",
            "small.toml",
            "-v",
            "--output",
            "a",
            "--set",
            "schedule.steps=1000000",
            "--set",
            "evaluation.every_steps=1",
            nullptr);
    }
    _exit(127);
  }
  close(ends[1]);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 1);
  kill(child, signal);
  std::array<char, 4096> rest{};
  while (read(ends[0], rest.data(), rest.size()) > 0) {
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(Interrupt, EndsWithACheckpointAndASummary) {
  for (const auto& [signal, code] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
    const TrainingDesk desk;
    EXPECT_EQ(interrupted(desk, signal), code);
    const json summary = json::parse(read_text(desk.path("a/summary.json")));
    EXPECT_EQ(summary["status"], "interrupted");
    const std::int64_t done = summary["steps"];
    EXPECT_GE(done, 1);
    const std::string more = std::to_string(done + 2);
    const Ran resumed = desk.train({"--output",
                                    "a",
                                    "--resume",
                                    "--json",
                                    "--steps-limit",
                                    more,
                                    "--set",
                                    "schedule.steps=1000000"});
    EXPECT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_EQ(json::parse(resumed.out)["steps"], done + 2);
  }
}

}  // namespace
}  // namespace murmur::testing
