// SPDX-License-Identifier: Apache-2.0
// Runs whose workers have different amounts of data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

const std::vector<std::string> kShares{"--set",
                                       "data.partition=iid",
                                       "--set",
                                       "data.amounts=[1, 1, 2, 4]",
                                       "--set",
                                       "data.drop_last=false"};

std::vector<std::string> with(std::vector<std::string> arguments,
                              const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::int64_t> amounts_in(const Desk& desk, const std::string& folder) {
  std::vector<std::int64_t> amounts;
  const json partition = json::parse(read_text(desk.path(folder + "/partition.json")));
  for (const json& worker : partition["counts"]) {
    amounts.push_back(0);
    for (const json& count : worker) {
      amounts.back() += count.get<std::int64_t>();
    }
  }
  return amounts;
}

TEST(AmountsOfData, AreWhatTheFileSaysAndGoOnAfterAResume) {
  const TrainingDesk desk;
  const Ran ran = desk.train(with({"--json", "--output", "straight"}, kShares));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(amounts_in(desk, "straight"), (std::vector<std::int64_t>{32, 32, 64, 128}));
  const json summary = json::parse(ran.out);
  EXPECT_EQ(summary["steps"], 4 * 8);  // floor(256 / 4 / 8) per epoch
  EXPECT_EQ(summary["data"]["examples_per_worker"], 64);
  ASSERT_EQ(desk.train(with({"--output", "twice", "--steps-limit", "11"}, kShares)).code, 0);
  const Ran resumed = desk.train(with({"--output", "twice", "--resume", "--json"}, kShares));
  ASSERT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_EQ(json::parse(resumed.out)["digest"], summary["digest"]);
  const json plan = json::parse(desk.run(with({"plan", "small.toml", "--json"}, kShares)).out);
  EXPECT_EQ(plan["steps"], summary["steps"]);
  EXPECT_EQ(plan["examples_per_worker"], 64);
}

TEST(AmountsOfData, WeighWorkersWhereTheObjectiveIsOfExamples) {
  const TrainingDesk desk;
  const auto digest = [&](const std::vector<std::string>& more) {
    const Ran ran =
        desk.train(with(with({"--output", "run" + std::to_string(more.size())}, kShares), more));
    EXPECT_EQ(ran.code, 0) << ran.err;
    return last_line(ran);
  };
  EXPECT_NE(digest({}), digest({"--set", "data.objective=examples"}));
  EXPECT_EQ(desk.train({"--output", "plain", "--json"}).code, 0);
  const Ran equal = desk.train({"--output", "equal", "--set", "data.objective=examples"});
  EXPECT_EQ(
      last_line(equal),
      "digest " +
          json::parse(read_text(desk.path("plain/summary.json")))["digest"].get<std::string>())
      << "with equal amounts both objectives are one";
}

TEST(AmountsOfData, OfAFileAreThoseOfItsLines) {
  const TrainingDesk desk;
  std::string text;
  for (int i = 0; i < 256; ++i) {
    text += i % 8 == 0 ? "-\n" : std::to_string(i % 8 < 4 ? 0 : i % 4) + "\n";
  }
  desk.write("workers.txt", text);
  const std::vector<std::string> file{
      "--set", "data.partition=file", "--set", "data.partition_file=workers.txt"};
  const Ran ran = desk.train(with({"--output", "run"}, file));
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(amounts_in(desk, "run"), (std::vector<std::int64_t>{128, 32, 32, 32}));
  desk.write("workers.txt", text + "0\n");
  const Ran longer = desk.train(with({"--output", "longer"}, file));
  EXPECT_EQ(longer.code, 3);
  EXPECT_THAT(longer.err, HasSubstr("257 lines"));
  std::filesystem::remove(desk.path("workers.txt"));
  EXPECT_EQ(desk.train(with({"--output", "gone"}, file)).code, 3);
}

// The table says before a run what partition.json says of it.
TEST(DataCommand, TablesWhoWouldHaveWhat) {
  const TrainingDesk desk;
  const std::vector<std::string> division{"--set",
                                          "data.partition=dirichlet",
                                          "--set",
                                          "data.alpha=1.0",
                                          "--set",
                                          "data.validation=0.25",
                                          "--set",
                                          "seed=2"};
  ASSERT_EQ(desk.train(with({"--output", "run"}, division)).code, 0);
  const json counts = json::parse(read_text(desk.path("run/partition.json")))["counts"];
  const auto arguments =
      with({"data", "idx", "--set", "data.folder=images", "--set", "workers=4"}, division);
  const Ran ran = desk.run(with(arguments, {"--json"}));
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json data = json::parse(ran.out);
  ASSERT_EQ(data["workers"].size(), 4U);
  for (std::size_t worker = 0; worker < 4; ++worker) {
    EXPECT_EQ(data["workers"][worker]["classes"], counts[worker]);
    EXPECT_EQ(data["workers"][worker]["examples"], 48);
  }
  EXPECT_EQ(data["validation_examples"], 64);
  EXPECT_EQ(data["classes"][3]["training_examples"], 64);
  EXPECT_EQ(data["mean"].size(), 1U);
  const Ran text = desk.run(arguments);
  EXPECT_THAT(text.out, HasSubstr("worker 3"));
  EXPECT_THAT(text.out, HasSubstr("deviation"));
  const Ran alone = desk.run({"data", "idx", "--set", "data.folder=images"});
  EXPECT_EQ(alone.out.find("worker"), std::string::npos);
  EXPECT_EQ(desk.run(with(arguments, {"--set", "data.partition=none"})).code, 2);
}

TEST(AmountsOfData, RefuseWhatDoesNotFit) {
  const TrainingDesk desk;
  for (const auto& [set, message] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"data.partition=iid", "data.amounts=[1, 2]"}, "2 shares for 4 workers"},
           {{"data.partition=iid", "data.amounts=[1, 2, 0, 1]"}, "data.amounts"},
           {{"data.partition=iid", "data.amounts=drawn"}, "\"equal\" or a list of shares"},
           {{"data.partition=shards", "data.amounts=[1, 1, 1, 1]"}, "is \"equal\", not"},
           {{"data.amounts=[1, 1, 1, 1]"}, "\"equal\" or \"drawn\""},
           {{"data.partition=natural"}, "data.by"},
           {{"data.partition=natural", "data.by=town"}, "can be grouped by nothing"},
           {{"data.partition=file"}, "data.partition_file"},
           {{"data.by=town"}, "belongs to data.partition = \"natural\""},
           {{"data.objective=mean"}, "data.objective"},
           {{"data.partition=iid", "data.amounts=[1, 50, 50, 50]"}, "worker 0 has"}}) {
    std::vector<std::string> arguments;
    for (const std::string& one : set) {
      arguments.insert(arguments.end(), {"--set", one});
    }
    const Ran ran = desk.train(arguments);
    EXPECT_EQ(ran.code, 2) << message;
    EXPECT_THAT(ran.err, HasSubstr(message));
  }
}

TEST(AmountsOfData, OfDirichletMayBeThoseThatWereDrawn) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "run", "--set", "data.amounts=drawn"}).code, 0);
  const std::vector<std::int64_t> amounts = amounts_in(desk, "run");
  std::int64_t sum = 0;
  for (const std::int64_t amount : amounts) {
    sum += amount;
  }
  EXPECT_EQ(sum, 256);
  EXPECT_NE(amounts, (std::vector<std::int64_t>{64, 64, 64, 64}));
}

}  // namespace
}  // namespace murmur::testing
