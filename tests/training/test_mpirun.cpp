// SPDX-License-Identifier: Apache-2.0
// Training in the processes that mpirun and mpiexec start, as a user does it.
#include <csignal>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json summary_of(const Desk& desk, const std::string& folder) {
  return json::parse(read_text(desk.path(folder + "/summary.json")));
}

// Without times, and without the traffic between processes.
std::vector<json> lines_of_any_world(const Desk& desk, const std::string& folder) {
  std::vector<json> lines;
  for (const std::string& text : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
    json line = json::parse(text);
    for (auto it = line.begin(); it != line.end();) {
      const bool differs =
          it.key() == "wall_s" || it.key() == "comm/wire_bytes" || it.key().starts_with("time/");
      it = differs ? line.erase(it) : std::next(it);
    }
    lines.push_back(line);
  }
  return lines;
}

int times(const std::string& text, const std::string& words) {
  int count = 0;
  for (std::size_t at = text.find(words); at != std::string::npos; at = text.find(words, at + 1)) {
    ++count;
  }
  return count;
}

class MpiRun : public ::testing::TestWithParam<Launcher> {
 protected:
  Ran world(int processes, const std::vector<std::string>& arguments) const {
    return train_in_world(desk_, GetParam(), processes, arguments);
  }

  // The same result as in folder "one".
  void expect_same(const Ran& ran, const Ran& one, const std::string& folder) const {
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(last_line(one), StartsWith("digest "));
    EXPECT_EQ(last_line(ran), last_line(one));
    const std::vector<json> lines = lines_of_any_world(desk_, folder);
    EXPECT_EQ(lines.size(), 4U);
    EXPECT_EQ(lines, lines_of_any_world(desk_, "one"));
  }

  TrainingDesk desk_;
};

TEST_P(MpiRun, GivesTheDigestAndTheLinesOfOneProcess) {
  const Ran one = desk_.train({"--output", "one"});
  EXPECT_EQ(summary_of(desk_, "one")["totals"]["comm/wire_bytes"], 0);
  for (const int processes : {2, 4}) {
    const std::string folder = "world " + std::to_string(processes);
    const Ran ran = world(processes, {"--output", folder});
    expect_same(ran, one, folder);
    EXPECT_GT(summary_of(desk_, folder)["totals"]["comm/wire_bytes"], 0);
    EXPECT_EQ(times(ran.out, "digest "), 1) << ran.out;
  }
}

TEST_P(MpiRun, GoesOnWhereAnotherWorldStopped) {
  const Ran one = desk_.train({"--output", "one"});
  ASSERT_EQ(desk_.train({"--output", "grows", "--steps-limit", "13"}).code, 0);
  expect_same(world(3, {"--output", "grows", "--resume"}), one, "grows");

  const Ran part = world(3, {"--output", "shrinks", "--steps-limit", "13"});
  ASSERT_EQ(part.code, 0) << part.err;
  EXPECT_EQ(summary_of(desk_, "shrinks")["steps"], 13);
  expect_same(desk_.train({"--output", "shrinks", "--resume"}), one, "shrinks");
}

// An error that every process finds is printed once.
TEST_P(MpiRun, RefusesWhatCannotBeOneRun) {
  const Ran differ = world(1,
                           {"--seed",
                            "1",
                            "--output",
                            "a",
                            ":",
                            "-n",
                            "1",
                            MURMUR_PROGRAM,
                            "train",
                            "small.toml",
                            "--seed",
                            "5",
                            "--output",
                            "a"});
  EXPECT_EQ(differ.code, 2) << differ.err;
  EXPECT_EQ(times(differ.err, "murmur: "), 1) << differ.err;
  EXPECT_THAT(differ.err,
              HasSubstr("process 1 has another configuration than process 0: seed = 5, not seed = "
                        "1"));
  const Ran many = world(5, {"--output", "a"});
  EXPECT_EQ(many.code, 2) << many.err;
  EXPECT_EQ(times(many.err, "murmur: "), 1) << many.err;
  EXPECT_THAT(many.err, HasSubstr("5 processes for 4 workers"));
  std::filesystem::remove(desk_.path("small.toml"));
  const Ran missing = world(3, {"--output", "a"});
  EXPECT_EQ(missing.code, 2) << missing.err;
  EXPECT_EQ(times(missing.err, "murmur: "), 1) << missing.err;
  EXPECT_EQ(times(missing.err, "small.toml"), 1) << missing.err;
  EXPECT_FALSE(std::filesystem::exists(desk_.path("a")));
}

TEST_P(MpiRun, SaysOnceWhyItCannotGoOn) {
  ASSERT_EQ(desk_.train({"--output", "a", "--steps-limit", "5"}).code, 0);
  std::filesystem::remove_all(desk_.path("a/checkpoint"));
  const Ran missing = world(3, {"--output", "a", "--resume"});
  EXPECT_EQ(missing.code, 6) << missing.err;
  EXPECT_EQ(times(missing.err, "murmur: "), 1) << missing.err;
  const Ran unknown = world(3, {"--output", "b", "--no-such-option"});
  EXPECT_EQ(unknown.code, 2) << unknown.err;
  EXPECT_EQ(times(unknown.err, "murmur: "), 1) << unknown.err;
  const Ran limit = world(3, {"--output", "b", "--steps-limit=-1"});
  EXPECT_EQ(limit.code, 2) << limit.err;
  EXPECT_EQ(times(limit.err, "murmur: "), 1) << limit.err;
}

// Process 1 reads its images from another folder.
TEST_P(MpiRun, HasTheSameDataEverywhere) {
  std::filesystem::copy(desk_.path("images"), desk_.path("others"));
  const auto both = [&](const std::string& folder) {
    return world(1,
                 {"--output",
                  folder,
                  ":",
                  "-n",
                  "1",
                  MURMUR_PROGRAM,
                  "train",
                  "small.toml",
                  "--set",
                  "data.folder=others",
                  "--output",
                  folder});
  };
  const Ran same = both("a");
  EXPECT_EQ(same.code, 0) << same.err;
  std::string labels = read_text(desk_.path("others/t10k-labels-idx1-ubyte"));
  labels.back() = static_cast<char>((labels.back() + 1) % 4);
  desk_.write("others/t10k-labels-idx1-ubyte", labels);
  const Ran differ = both("b");
  EXPECT_EQ(differ.code, 3) << differ.err;
  EXPECT_EQ(times(differ.err, "murmur: "), 1) << differ.err;
  EXPECT_THAT(differ.err, HasSubstr("process 1: its data are not those of process 0"));
}

// The inode of the file without a name that backs the shared memory of this size in a process.
// Empty: there is none.
std::string shared_memory_of(pid_t process, std::int64_t size) {
  for (const std::string& line :
       lines_of(read_text("/proc/" + std::to_string(process) + "/maps"))) {
    std::istringstream words(line);
    std::string range;
    std::string ignored;
    std::string file;
    words >> range >> ignored >> ignored >> ignored >> file;
    const std::size_t dash = range.find('-');
    const bool is_shared = line.find("/memfd:murmur") != std::string::npos;
    if (is_shared && std::stoll(range.substr(dash + 1), nullptr, 16) -
                             std::stoll(range.substr(0, dash), nullptr, 16) ==
                         size) {
      return file;
    }
  }
  return {};
}

TEST_P(MpiRun, HasTheDataOncePerHost) {
  StartedWorld run(desk_,
                   GetParam(),
                   3,
                   training({"-v",
                             "--output",
                             "a",
                             "--set",
                             "schedule.steps=1000000",
                             "--set",
                             "evaluation.every_steps=1"}));
  ASSERT_TRUE(run.wait_for_lines(2));
  const std::int64_t page = sysconf(_SC_PAGESIZE);
  const std::int64_t bytes = (256 + 64) * (64 + 1);  // pixels and labels of small_run.h
  const std::int64_t size = (bytes + page - 1) / page * page;
  const auto first = run.find(0);
  ASSERT_TRUE(first);
  const std::string shared = shared_memory_of(*first, size);
  EXPECT_NE(shared, "");
  for (const int other : {1, 2}) {
    const auto process = run.find(other);
    ASSERT_TRUE(process);
    EXPECT_EQ(shared_memory_of(*process, size), shared);
  }
}

TEST_P(MpiRun, SaysOnceWhatIsWrongWithTheData) {
  const std::filesystem::path file = desk_.path("images/train-images-idx3-ubyte");
  std::filesystem::resize_file(file, 100);
  const Ran ran = world(3, {"--output", "a"});
  EXPECT_EQ(ran.code, 3) << ran.err;
  EXPECT_EQ(times(ran.err, "murmur: " + file.string() + ": truncated"), 1) << ran.err;
  EXPECT_EQ(times(ran.err, "truncated"), 1) << ran.err;
}

TEST_P(MpiRun, EndsTogetherWhereOneProcessIsAsked) {
  const std::vector<std::string> often{
      "--set", "schedule.steps=1000000", "--set", "evaluation.every_steps=1"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.end(), often.begin(), often.end());
    return more;
  };
  for (const auto& [signal, code] : {std::pair{SIGTERM, 143},
                                     std::pair{SIGINT, 130},
                                     std::pair{SIGHUP, 129},
                                     std::pair{SIGUSR1, 138}}) {
    const std::string folder = "asked " + std::to_string(signal);
    StartedWorld run(desk_, GetParam(), 3, training(with({"-v", "--output", folder})));
    ASSERT_TRUE(run.wait_for_lines(2));
    const auto asked = run.find(1);
    ASSERT_TRUE(asked);
    kill(*asked, signal);
    EXPECT_EQ(run.end(), code);
    const json summary = summary_of(desk_, folder);
    EXPECT_EQ(summary["status"], "interrupted");
    const std::int64_t done = summary["steps"];
    EXPECT_GE(done, 1);
    const std::string more = std::to_string(done + 2);
    const Ran resumed = desk_.train(with({"--output", folder, "--resume", "--steps-limit", more}));
    const std::string whole = "undisturbed " + std::to_string(signal);
    const Ran undisturbed = desk_.train(with({"--output", whole, "--steps-limit", more}));
    ASSERT_EQ(resumed.code, 0) << resumed.err;
    EXPECT_THAT(last_line(undisturbed), StartsWith("digest "));
    EXPECT_EQ(last_line(resumed), last_line(undisturbed));
    EXPECT_EQ(lines_of_any_world(desk_, folder), lines_of_any_world(desk_, whole));
  }
}

// As srun --signal sends it to every process of a step.
TEST_P(MpiRun, EndsTogetherWhereAllProcessesAreAsked) {
  StartedWorld run(desk_,
                   GetParam(),
                   3,
                   training({"-v",
                             "--output",
                             "all",
                             "--set",
                             "schedule.steps=1000000",
                             "--set",
                             "evaluation.every_steps=1"}));
  ASSERT_TRUE(run.wait_for_lines(2));
  for (const int process : {2, 0, 1}) {
    const auto asked = run.find(process);
    ASSERT_TRUE(asked) << process;
    kill(*asked, SIGUSR1);
  }
  EXPECT_EQ(run.end(), 138);
  EXPECT_EQ(summary_of(desk_, "all")["status"], "interrupted");
}

TEST_P(MpiRun, EndsTogetherWhereALossIsNoNumber) {
  const std::vector<std::string> absurd{
      "--set", "algorithm.learning_rate=1e30", "--set", "schedule.epochs=1000", "--output"};
  for (const int processes : {1, 2}) {
    std::vector<std::string> arguments = absurd;
    arguments.push_back("of " + std::to_string(processes));
    const Ran ran = processes == 1 ? desk_.train(arguments) : world(processes, arguments);
    EXPECT_EQ(ran.code, 4) << ran.err;
    EXPECT_EQ(times(ran.err, "murmur: "), 1) << ran.err;
    EXPECT_THAT(ran.err, HasSubstr("smaller learning rate"));
    EXPECT_EQ(summary_of(desk_, arguments.back())["status"], "diverged");
    const Ran report = desk_.run({"report", arguments.back()});
    EXPECT_EQ(report.code, 0) << report.err;
  }
}

INSTANTIATE_TEST_SUITE_P(Launchers, MpiRun, ::testing::ValuesIn(launchers()), [](const auto& info) {
  return info.param.name;
});

}  // namespace
}  // namespace murmur::testing
