// SPDX-License-Identifier: Apache-2.0
// Standard output and error that are closed, full, gone, or a terminal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// A run that logs a line after every step, followed by redirections of a shell; its exit code.
int redirected(const Desk& desk, const std::string& words) {
  const std::string command = plain_environment() + " " + quoted(MURMUR_PROGRAM) +
                              " train small.toml -v --output a --set evaluation.every_steps=1 " +
                              words;
  // A separate shell, whose standard error a test can close.
  return shell(desk.path(""), "sh -c " + quoted(command)).code;
}

TEST(Terminal, ClosedDescriptorsBecomeNoFileOfTheRun) {
  for (const char* closed : {"2>&-", "<&- 2>&-", "<&-"}) {
    const TrainingDesk desk;
    EXPECT_EQ(redirected(desk, closed), 0) << closed;
    const std::vector<std::string> lines = lines_of(read_text(desk.path("a/metrics.jsonl")));
    EXPECT_EQ(lines.size(), 32U) << closed;
    for (const std::string& line : lines) {
      EXPECT_TRUE(json::accept(line)) << closed << ": " << line;
    }
  }
}

TEST(Terminal, ResultsThatCannotBeWrittenAreAnError) {
  for (const char* lost : {">&-", ">/dev/full", ">&- <&-"}) {
    const TrainingDesk desk;
    EXPECT_EQ(redirected(desk, std::string(lost) + " 2>said"), 1) << lost;
    EXPECT_THAT(read_text(desk.path("said")), HasSubstr("standard output")) << lost;
    EXPECT_TRUE(std::filesystem::exists(desk.path("a/summary.json"))) << lost;
  }
  const TrainingDesk desk;
  EXPECT_EQ(redirected(desk, ">&- 2>&-"), 1);
}

TEST(Terminal, ProgressThatCannotBeWrittenIsNoError) {
  const TrainingDesk desk;
  EXPECT_EQ(redirected(desk, "2>/dev/full"), 0);
}

// The reader of its progress ends after one line, long before the run does.
TEST(Terminal, ProgressThatIsReadNoMoreIsNoError) {
  const TrainingDesk desk;
  const std::string piped = "(" + plain_environment() + " " + quoted(MURMUR_PROGRAM) +
                            " train small.toml -v --output b --set evaluation.every_steps=1 "
                            "--set schedule.steps=500 2>&1 >out; echo $? >code) | head -n 1";
  shell(desk.path(""), "sh -c " + quoted(piped));
  EXPECT_EQ(read_text(desk.path("code")), "0\n");
  EXPECT_EQ(json::parse(read_text(desk.path("b/summary.json")))["steps"], 500);
}

TEST(Terminal, QuietSaysNothingOnStandardError) {
  const TrainingDesk desk;
  EXPECT_EQ(desk.train({"-q", "--output", "a"}).err, "");
  EXPECT_EQ(desk.train({"-q", "--output", "a"}).err, "");
  EXPECT_EQ(desk.train({"--output", "b"}).err, "");
}

// The output of a run on a terminal of its own.
std::string shown(const Desk& desk, const std::vector<std::string>& environment) {
  int terminal = -1;
  const pid_t child = forkpty(&terminal, nullptr, nullptr, nullptr);
  if (child == 0) {
    std::string words = plain_environment() + " -u NO_COLOR TERM=xterm";
    for (const std::string& setting : environment) {
      words += " " + quoted(setting);
    }
    words += " " + quoted(MURMUR_PROGRAM) + " train small.toml --output a >out";
    if (chdir(desk.path("").c_str()) == 0) {
      execl("/bin/sh", "sh", "-c", words.c_str(), nullptr);
    }
    _exit(127);
  }
  std::string text;
  char bytes[4096];
  for (ssize_t count = 0; (count = read(terminal, bytes, sizeof bytes)) > 0;) {
    text.append(bytes, static_cast<std::size_t>(count));
  }
  close(terminal);
  waitpid(child, nullptr, 0);
  return text;
}

TEST(Terminal, ProgressIsDrawnThereAndEscapesAreLeftOutOnRequest) {
  const TrainingDesk desk;
  EXPECT_THAT(shown(desk, {}), AllOf(HasSubstr("\rsmall: step "), HasSubstr("\x1b[K")));
  for (const char* plain : {"NO_COLOR=1", "TERM=dumb"}) {
    const TrainingDesk other;
    EXPECT_THAT(shown(other, {plain}), AllOf(HasSubstr("\rsmall: step "), Not(HasSubstr("\x1b"))))
        << plain;
  }
}

}  // namespace
}  // namespace murmur::testing
