// SPDX-License-Identifier: Apache-2.0
// The table [cluster]: read, refused, written back.
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/config/step_trace.h"
#include "tests/run/config_text.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kCluster = R"(
[cluster]
step_s = 0.25
bandwidth_gbit = 10
latency_s = 1e-4
links = [{ from = 0, to = 1, bandwidth_gbit = 1.0 }, { from = 1, to = 0, latency_s = 0.5 }]
overlap = 0.5
parameters = 25557032
loss = 0.01
retry_s = 0.2

[[cluster.fault]]
at_s = 10
worker = 3
slowdown = 4.0

[[cluster.fault]]
at_s = 20
link = [0, 1]
gone = true
)";

Config read_with(const std::string& cluster) {
  return read(kTrainText + "\n[cluster]\n" + cluster, Purpose::kTrain);
}

std::string refused(const std::string& cluster) {
  return refusal(kTrainText + "\n[cluster]\n" + cluster, Purpose::kTrain);
}

void expect_all_of_it(const std::optional<timing::Cluster>& cluster) {
  ASSERT_TRUE(cluster);
  EXPECT_EQ(cluster->step.seconds, std::vector<double>{0.25});
  EXPECT_EQ(cluster->bandwidth_gbit, std::vector<double>{10});
  EXPECT_EQ(cluster->latency_s, std::vector<double>{1e-4});
  ASSERT_EQ(cluster->links.size(), 2U);
  EXPECT_EQ(cluster->links[0].bandwidth_gbit, 1.0);
  EXPECT_EQ(cluster->links[0].latency_s, std::nullopt);
  EXPECT_EQ(cluster->links[1].latency_s, 0.5);
  EXPECT_EQ(cluster->overlap, 0.5);
  EXPECT_EQ(cluster->parameters, 25557032);
  EXPECT_EQ(cluster->loss, 0.01);
  EXPECT_EQ(cluster->retry_s, 0.2);
  ASSERT_EQ(cluster->faults.size(), 2U);
  EXPECT_EQ(cluster->faults[0].worker, 3);
  EXPECT_EQ(cluster->faults[0].slowdown, 4);
  EXPECT_EQ(cluster->faults[1].from, 0);
  EXPECT_EQ(cluster->faults[1].to, 1);
  EXPECT_TRUE(cluster->faults[1].gone);
}

TEST(Cluster, IsReadAndThereOnlyWhereWritten) {
  EXPECT_FALSE(read(kTrainText, Purpose::kTrain).cluster);
  expect_all_of_it(read(kTrainText + kCluster, Purpose::kTrain).cluster);
}

TEST(Cluster, IsWrittenBackWhole) {
  const std::string text = to_toml(read(kTrainText + kCluster, Purpose::kTrain));
  expect_all_of_it(read(text, Purpose::kTrain).cluster);
}

TEST(Cluster, RunsAgainAsItIs) {
  for (const std::string& text :
       {kCluster,
        std::string("[cluster]\nstep_s = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]"),
        std::string("[cluster]\nstep_s = { distribution = \"normal\", mean = 0.3, std = 0.1 }"),
        std::string("[cluster]\nstep_s = { distribution = \"exponential\", mean = 0.3 }"),
        std::string("[cluster]\ntrace = [0.1, 0.2]")}) {
    const Config config = read(kTrainText + "\n" + text, Purpose::kTrain);
    const Config again =
        read_config(parse_document(to_toml(config), "config.toml"), Purpose::kTrain);
    EXPECT_EQ(to_toml(again), to_toml(config));
    EXPECT_EQ(first_difference(config, again, Sameness::kSameRun), std::nullopt);
  }
}

TEST(Cluster, IsPartOfWhatARunIs) {
  const Config config = read_with("step_s = 1");
  EXPECT_EQ(first_difference(config, read_with("step_s = 2"), Sameness::kMayResume),
            "cluster.step_s");
  EXPECT_NE(first_difference(config, read(kTrainText, Purpose::kTrain), Sameness::kMayResume),
            std::nullopt);
}

TEST(ClusterError, NamesTheKeyAndWhatIsAllowed) {
  EXPECT_THAT(refused("step_s = -1"), HasSubstr("cluster.step_s"));
  EXPECT_THAT(refused("step_s = [1, 2]"),
              AllOf(HasSubstr("cluster.step_s has 2 numbers for 16 workers")));
  EXPECT_THAT(refused("step_s = 1\nbandwidth_gbit = 0"),
              AllOf(HasSubstr("cluster.bandwidth_gbit"), HasSubstr("positive")));
  EXPECT_THAT(refused("step_s = 1\nlatency_s = -1"), HasSubstr("cluster.latency_s"));
  EXPECT_THAT(refused("step_s = 1\noverlap = 2"),
              AllOf(HasSubstr("cluster.overlap"), HasSubstr("[0, 1]")));
  EXPECT_THAT(refused("step_s = 1\nparameters = 0"), HasSubstr("cluster.parameters"));
  EXPECT_THAT(refused("step_s = 1\nloss = 1"),
              AllOf(HasSubstr("cluster.loss"), HasSubstr("[0, 1)")));
  EXPECT_THAT(refused("step_s = 1\nretry_s = -1"), HasSubstr("cluster.retry_s"));
  EXPECT_THAT(refused("step_s = 1\nbandwith_gbit = 1"), HasSubstr("did you mean 'bandwidth_gbit'"));
  EXPECT_THAT(refused("bandwidth_gbit = 1"),
              AllOf(StartsWith("run.toml:"), HasSubstr("cluster.step_s is missing")));
  EXPECT_THAT(refused("step_s = 1\ntrace = [1]"), HasSubstr("not both"));
}

TEST(ClusterError, OfADistribution) {
  const auto distribution = [](const std::string& inside) {
    return refused("step_s = { " + inside + " }");
  };
  EXPECT_THAT(distribution("mean = 1"), HasSubstr("cluster.step_s.distribution is missing"));
  EXPECT_THAT(distribution("distribution = \"normol\", mean = 1, std = 1"),
              HasSubstr("did you mean 'normal'"));
  EXPECT_THAT(distribution("distribution = \"normal\", mean = 1"),
              HasSubstr("cluster.step_s.std is missing"));
  EXPECT_THAT(distribution("distribution = \"normal\", mean = 0, std = 1"),
              HasSubstr("cluster.step_s.mean"));
  EXPECT_THAT(distribution("distribution = \"normal\", mean = 1, std = 1, median = 3"),
              HasSubstr("unknown key 'cluster.step_s.median'"));
  EXPECT_THAT(distribution("distribution = \"exponential\", mean = 1, std = 1"),
              HasSubstr("leave std out"));
  EXPECT_THAT(distribution("distribution = \"uniform\", mean = 1, std = 0.6"),
              HasSubstr("0.57735"));
}

TEST(ClusterError, OfALink) {
  const auto link = [](const std::string& inside) {
    return refused("step_s = 1\nlinks = [{ " + inside + " }]");
  };
  EXPECT_THAT(link("from = 0, to = 16"),
              AllOf(HasSubstr("cluster.links[0].to"), HasSubstr("from 0 to 15")));
  EXPECT_THAT(link("from = 0"), HasSubstr("cluster.links[0].to is missing"));
  EXPECT_THAT(link("from = 3, to = 3"), HasSubstr("not from 3 to itself"));
  EXPECT_THAT(link("from = 0, to = 1, bandwidth = 3"), HasSubstr("bandwidth_gbit"));
  EXPECT_THAT(refused("step_s = 1\nlinks = 3"), HasSubstr("cluster.links is a list of tables"));
  EXPECT_THAT(refused("step_s = 1\nlinks = [3]"), HasSubstr("cluster.links is a list of tables"));
}

TEST(ClusterError, OfAFault) {
  const auto fault = [](const std::string& inside) {
    return refused("step_s = 1\nfault = [{ " + inside + " }]");
  };
  EXPECT_THAT(fault("worker = 1, gone = true"), HasSubstr("cluster.fault[0].at_s is missing"));
  EXPECT_THAT(fault("at_s = 1, gone = true"), HasSubstr("what does it befall"));
  EXPECT_THAT(fault("at_s = 1, worker = 1, link = [0, 1], gone = true"),
              HasSubstr("what does it befall"));
  EXPECT_THAT(fault("at_s = 1, worker = 1"), HasSubstr("one of the two"));
  EXPECT_THAT(fault("at_s = 1, worker = 1, gone = true, slowdown = 2"),
              HasSubstr("one of the two"));
  EXPECT_THAT(fault("at_s = 1, worker = 16, gone = true"), HasSubstr("from 0 to 15"));
  EXPECT_THAT(fault("at_s = 1, link = [0], gone = true"), HasSubstr("two different workers"));
  EXPECT_THAT(fault("at_s = 1, link = [0, 99], gone = true"), HasSubstr("from 0 to 15"));
  EXPECT_THAT(fault("at_s = 1, worker = 1, slowdown = 0"), HasSubstr("positive"));
  EXPECT_THAT(fault("at_s = -1, worker = 1, gone = true"), HasSubstr("cluster.fault[0].at_s"));
  EXPECT_THAT(fault("at = 1, worker = 1, gone = true"), HasSubstr("did you mean 'at_s'"));
}

TEST(ClusterError, OfSolve) {
  EXPECT_THAT(refusal(kSolveText + "\n[cluster]\nstep_s = 1\n", Purpose::kSolve),
              HasSubstr("[cluster] is not for `murmur solve`"));
}

// Relative paths are relative to the working directory, wherever the configuration is.
TEST(StepTrace, IsAFile) {
  const testing::TemporaryFolder folder;
  std::ofstream(folder.path() / "steps.csv") << "# measured\nseconds\n0.5\n\n1.25\r\n";
  const std::string text =
      kTrainText + "\n[cluster]\ntrace = \"" + (folder.path() / "steps.csv").string() + "\"\n";
  const Config config = read_config(parse_document(text, "elsewhere/run.toml"), Purpose::kTrain);
  EXPECT_EQ(config.cluster->step.trace, (Columns{{0.5, 1.25}}));
}

TEST(StepTrace, HasAColumnForAllOrOneEach) {
  EXPECT_EQ(columns_of_csv("a,b\n1, 2\n3,4\n").value(), (Columns{{1, 3}, {2, 4}}));
  EXPECT_THAT(columns_of_csv("1,2\n3\n").failure().message, HasSubstr("line 2: 1 numbers"));
  EXPECT_THAT(columns_of_csv("1\nx\n").failure().message, HasSubstr("line 2: 'x'"));
  EXPECT_THAT(columns_of_csv("1\n-1\n").failure().message, HasSubstr("line 2: '-1'"));
  EXPECT_THAT(columns_of_csv("1\nnan\n").failure().message, HasSubstr("line 2"));
  EXPECT_THAT(columns_of_csv("name\n").failure().message, HasSubstr("no numbers"));
  EXPECT_THAT(refused("trace = [[1], [2]]"), HasSubstr("2 columns for 16 workers"));
  EXPECT_THAT(refused("trace = [[]]"), HasSubstr("column without numbers"));
  EXPECT_THAT(refused("trace = [-1]"), HasSubstr("cluster.trace"));
  EXPECT_THAT(refused("trace = \"nowhere.csv\""),
              AllOf(HasSubstr("cluster.trace"), HasSubstr("nowhere.csv")));
}

}  // namespace
}  // namespace murmur::run
