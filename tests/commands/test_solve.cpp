// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// Section 8 of the quasi-global momentum specification.
const std::string kGolden = R"(workers = 4
steps = 10

[problem]
name = "quadratic"
curvature = [[1.0, 2.0], [1.5, 1.75], [2.0, 1.5], [2.5, 1.25]]
center = [[0.0, 0.0], [1.0, -0.5], [2.0, -1.0], [3.0, -1.5]]
start = [1.0, -1.0]

[topology]
name = "ring"

[algorithm]
name = "qg-dsgdm-n"
learning_rate = [0.1, 0.1, 0.1, 0.1, 0.1, 0.01]
momentum = 0.9
mu = 0.9
weight_decay = 0.01
)";

std::vector<json> parsed(const std::string& text) {
  std::vector<json> objects;
  for (const std::string& line : lines_of(text)) {
    objects.push_back(json::parse(line));
  }
  return objects;
}

// The loss after three steps of a run over levels of which none is due.
double loss_behind_levels(const std::string& levels) {
  const Desk desk;
  const Ran ran = desk.run({"solve", desk.write("levels.toml", R"(workers = 4
steps = 3
[problem]
name = "quadratic"
start = [1.0]
center = [[0.0], [1.0], [2.0], [5.0]]
curvature = [[1.0]]
[topology]
name = "ring"
[algorithm]
name = "dsgdm-n-gt"
learning_rate = 0.1
momentum = 0.9
[outer]
name = "average"
buffers = "average"
period = [)" + levels + "]\n")});
  EXPECT_EQ(ran.code, 0) << ran.err;
  return parsed(ran.out).back()["loss"].get<double>();
}

TEST(Solve, TakesAsManyLevelsAsAreGiven) {
  std::string levels = "{ period = 1000, group = 4 }";
  EXPECT_EQ(loss_behind_levels(levels), 1.3152384976978055);
  for (int level = 2; level <= 100; ++level) {
    levels += ", { period = " + std::to_string(1000 * level) +
              ", group = " + std::to_string(2 + level % 3) + " }";
    if (level == 2 || level == 9 || level == 100) {
      EXPECT_EQ(loss_behind_levels(levels), 1.3152384976978055) << level;
    }
  }
}

void expect_row(const json& line, std::size_t worker, double first, double second) {
  EXPECT_NEAR(line["x"][worker][0].get<double>(), first, 1e-13);
  EXPECT_NEAR(line["x"][worker][1].get<double>(), second, 1e-13);
}

TEST(Solve, GivesTheGoldenVector) {
  const Desk desk;
  const Ran ran = desk.run({"solve", desk.write("golden.toml", kGolden)});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::vector<json> lines = parsed(ran.out);
  ASSERT_EQ(lines.size(), 11U);
  for (std::size_t t = 0; t < lines.size(); ++t) {
    EXPECT_EQ(lines[t]["step"], t);
  }
  expect_row(lines[0], 3, 1, -1);
  expect_row(lines[1], 0, 1.251433333333333, -0.855600000000000);
  expect_row(lines[2], 2, 1.636700154444444, -0.906822543333333);
  expect_row(lines[6], 3, 1.894775098692886, -0.693408897617161);
  expect_row(lines[10], 0, 1.833599888430073, -0.652166635351890);
  expect_row(lines[10], 3, 1.848714279190378, -0.659756098142258);
  EXPECT_NEAR(lines[0]["loss"].get<double>(), 1.96875, 1e-13);
  EXPECT_NEAR(lines[6]["loss"].get<double>(), 1.1091828118942493, 1e-13);
  EXPECT_NEAR(lines[10]["loss"].get<double>(), 1.2081223474774854, 1e-13);
}

TEST(Solve, WritesNumbersThatReadBackAsTheSame) {
  const Desk desk;
  const Ran ran = desk.run({"solve", desk.write("golden.toml", kGolden)});
  for (const std::string& line : lines_of(ran.out)) {
    std::string again;
    const json object = json::parse(line);
    for (const json& row : object["x"]) {
      for (const json& x : row) {
        char text[40];
        std::snprintf(text, sizeof text, "%.17g", x.get<double>());
        again += std::string(text) + ";";
        EXPECT_THAT(line, HasSubstr(text));
      }
    }
    EXPECT_FALSE(again.empty());
  }
}

TEST(Solve, ShowsEveryFieldButScratch) {
  const Desk desk;
  const Ran ran = desk.run({"solve", desk.write("golden.toml", kGolden), "--fields"});
  const json last = parsed(ran.out).back();
  EXPECT_EQ(last["fields"]["x"], last["x"]);
  EXPECT_EQ(last["fields"]["momentum"].size(), 4U);
  EXPECT_FALSE(last["fields"].contains("start"));
}

TEST(Solve, ShowsWhatIsKeptOnceAsOneRow) {
  const Desk desk;
  const Ran ran = desk.run({"solve",
                            desk.write("golden.toml", kGolden),
                            "--fields",
                            "--set",
                            "algorithm.name=allreduce-sgd"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json last = parsed(ran.out).back();
  EXPECT_EQ(last["x"].size(), 4U);
  EXPECT_EQ(last["fields"]["x"].size(), 1U);
}

TEST(Solve, WritesCsvIntoAFile) {
  const Desk desk;
  const Ran ran = desk.run({"solve",
                            desk.write("golden.toml", kGolden),
                            "--format",
                            "csv",
                            "--output",
                            desk.path("x.csv").string()});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.out, "");
  const std::vector<std::string> lines = lines_of(read_text(desk.path("x.csv")));
  ASSERT_EQ(lines.size(), 1U + 11 * 4 * 2);
  EXPECT_EQ(lines[0], "step,worker,coordinate,x");
  EXPECT_EQ(lines[1], "0,0,0,1");
  EXPECT_THAT(lines.back(), StartsWith("10,3,1,-0.6597560981422"));
}

TEST(Solve, ShowsTheStartOfNoSteps) {
  const Desk desk;
  const Ran ran = desk.run({"solve", desk.write("golden.toml", kGolden), "--set", "steps=0"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(lines_of(ran.out).size(), 1U);
}

TEST(Solve, EndsWithFourWhereAValueIsNoNumber) {
  const Desk desk;
  const Ran ran = desk.run({"solve",
                            desk.write("golden.toml", kGolden),
                            "--set",
                            "algorithm.learning_rate=1e100",
                            "--set",
                            "steps=50"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_THAT(ran.err, HasSubstr("non-finite"));
  const std::vector<json> lines = parsed(ran.out);  // would throw at a line that is no JSON
  EXPECT_GE(lines.size(), 2U);
  EXPECT_LT(lines.size(), 10U);
}

TEST(Solve, RefusesStartsThatDifferForOneModel) {
  const Desk desk;
  const std::string start = "problem.start=[[1.0,1.0],[2.0,1.0],[1.0,1.0],[1.0,1.0]]";
  const std::string file = desk.write("golden.toml", kGolden);
  const Ran ran =
      desk.run({"solve", file, "--set", "algorithm.name=allreduce-sgd", "--set", start});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("start"), HasSubstr("allreduce-sgd")));
  EXPECT_EQ(desk.run({"solve", file, "--set", start}).code, 0);
}

TEST(Solve, WarnsOfD2OnAnEvenRingAndNamesTheCure) {
  const Desk desk;
  const std::string file = desk.write("golden.toml", kGolden);
  const Ran ran = desk.run({"solve", file, "--set", "algorithm.name=d2"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("warning"), HasSubstr("-1/3"), HasSubstr("lazy = true")));
  const Ran lazy = desk.run({"solve",
                             file,
                             "--set",
                             "algorithm.name=d2",
                             "--set",
                             "algorithm.learning_rate=0.1",
                             "--set",
                             "topology.lazy=true"});
  EXPECT_EQ(lazy.err, "");
  EXPECT_EQ(desk.run({"solve", file, "-q", "--set", "algorithm.name=d2"}).err, "");
}

TEST(Solve, JudgesCustomWeights) {
  const Desk desk;
  const std::string two = R"(workers = 2
steps = 1
[problem]
name = "consensus"
start = [[0.0], [1.0]]
[algorithm]
name = "dsgd"
learning_rate = 0.1
[topology]
name = "custom"
weights = )";
  const Ran rows = desk.run({"solve", desk.write("a.toml", two + "[[0.5, 0.4], [0.5, 0.5]]\n")});
  EXPECT_EQ(rows.code, 2);
  EXPECT_THAT(rows.err, AllOf(HasSubstr("weights"), HasSubstr("to 0.9, not to 1")));
  const Ran columns = desk.run({"solve", desk.write("b.toml", two + "[[0.5, 0.5], [0.9, 0.1]]\n")});
  EXPECT_EQ(columns.code, 0);
  EXPECT_THAT(columns.err, HasSubstr("does not preserve the mean"));
  const Ran apart = desk.run({"solve", desk.write("c.toml", two + "[[1.0, 0.0], [0.0, 1.0]]\n")});
  EXPECT_EQ(apart.code, 0);
  EXPECT_THAT(apart.err, HasSubstr("not connected"));
}

TEST(Solve, SaysWhenTheDiskIsFull) {
  const Desk desk;
  const Ran ran = desk.run({"solve", desk.write("golden.toml", kGolden), "--output", "/dev/full"});
  EXPECT_EQ(ran.code, 1);
  EXPECT_THAT(ran.err, HasSubstr("No space left"));
}

TEST(Solve, RefusesOrDoubtsOuterStepsThatCannotDoWhatTheyAreFor) {
  const Desk desk;
  const std::string file = desk.write("golden.toml", kGolden);
  const auto outer = [&](const std::string& algorithm, std::vector<std::string> set) {
    std::vector<std::string> arguments{"solve", file, "--set", "algorithm.name=" + algorithm};
    for (const std::string& one : set) {
      arguments.insert(arguments.end(), {"--set", one});
    }
    return desk.run(arguments);
  };
  const Ran alone =
      outer("sgd", {"outer.name=average", "outer.period=3", "outer.exact_average=false"});
  EXPECT_EQ(alone.code, 0);
  EXPECT_THAT(alone.err, HasSubstr("the workers never meet"));
  const Ran apart = outer("sgd", {"outer.name=average", "outer.period=[{period=2,group=3}]"});
  EXPECT_THAT(apart.err, HasSubstr("different groups never meet"));
  const Ran strong = outer("sgd", {"outer.name=easgd", "outer.period=3", "outer.rho=0.5"});
  EXPECT_THAT(strong.err, AllOf(HasSubstr("too strong for 4 workers"), HasSubstr("0.4")));
  EXPECT_EQ(outer("dsgd", {"outer.name=easgd", "outer.period=3", "outer.rho=0.3"}).err, "");
  const Ran one =
      outer("allreduce-sgd", {"outer.name=easgd", "outer.period=3", "outer.order=round-robin"});
  EXPECT_EQ(one.code, 2);
  EXPECT_THAT(one.err, HasSubstr("keeps one model for all workers"));
}

TEST(Solve, WritesNoFileThatAnotherProcessWrites) {
  const Desk desk;
  const std::string file = desk.write("out.jsonl", "theirs\n");
  const std::vector<std::string> command{
      "solve", desk.write("golden.toml", kGolden), "--output", "out.jsonl"};
  const int other = open(file.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(flock(other, LOCK_EX), 0);
  const Ran refused = desk.run(command);
  EXPECT_EQ(refused.code, 2);
  EXPECT_THAT(refused.err, HasSubstr("in use"));
  EXPECT_EQ(read_text(file), "theirs\n");
  close(other);
  EXPECT_EQ(desk.run(command).code, 0);
  EXPECT_EQ(lines_of(read_text(file)).size(), 11U);
}

}  // namespace
}  // namespace murmur::testing
