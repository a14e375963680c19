// SPDX-License-Identifier: Apache-2.0
// Every warning appears once where it applies, and no warning where none does.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/config/schedule.h"
#include "murmur/run/train/train.h"
#include "murmur/run/warnings/expected.h"
#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/data_shape.h"
#include "murmur/run/wiring/wiring.h"
#include "tests/run/config_text.h"

namespace murmur::run {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Texts = std::vector<std::string>;

// The warnings of a training run of Fashion-MNIST with these settings. 16 workers on a ring have
// 3750 examples each, 117 steps per epoch.
Texts of_training(const std::vector<std::string>& set) {
  const Config config = read(kTrainText, Purpose::kTrain, set);
  return texts_of(expected_warnings(config, *make_resources()));
}

Texts of_solving(const std::vector<std::string>& set) {
  const Config config = read(kSolveText, Purpose::kSolve, set);
  const auto program = make_program<double>(config, false, 1);
  return texts_of(warnings_of(config, program, make_graph(config), {.steps = config.steps}));
}

Texts joined(Texts one, const Texts& other) {
  one.insert(one.end(), other.begin(), other.end());
  return one;
}

struct Case {
  const char* name;
  Texts set;          // beside `short_run`
  Texts words;        // in the one warning
  Texts silent = {};  // the same, corrected: no warning
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
  return out << c.name;
}

class Warnings : public ::testing::TestWithParam<Case> {};

TEST_P(Warnings, ComeOnceAndNameKeyAndRemedy) {
  const Texts short_run{"schedule.steps=100", "evaluation.every_steps=10"};
  const Texts found = of_training(joined(short_run, GetParam().set));
  ASSERT_EQ(found.size(), 1U) << ::testing::PrintToString(found);
  for (const std::string& word : GetParam().words) {
    EXPECT_THAT(found.front(), HasSubstr(word));
  }
  EXPECT_THAT(of_training(joined(short_run, GetParam().silent)), IsEmpty());
}

const Case kOfAlgorithms[] = {
    {"D2UnderWarmUp",
     {"algorithm.name=d2", "topology.lazy=true", "schedule.warmup_steps=10"},
     {"algorithm.name", "constant", "d2-plus"},
     {"algorithm.name=d2-plus", "topology.lazy=true", "schedule.warmup_steps=10"}},
    {"D2UnderDecay",
     {"algorithm.name=d2", "topology.lazy=true", "schedule.decay_steps=[50]"},
     {"d2-plus"},
     {"algorithm.name=d2", "topology.lazy=true"}},
    {"D2UnderCosine",
     {"algorithm.name=d2", "topology.lazy=true", "schedule.name=cosine"},
     {"d2-plus"}},
    {"D2UnderInverseSquareRoot",
     {"algorithm.name=d2", "topology.lazy=true", "schedule.name=inverse-sqrt"},
     {"d2-plus"}},
    {"D2OnAnEvenRing", {"algorithm.name=d2"}, {"topology.name", "-1/3", "topology.lazy = true"}},
    {"D2OnADirectedGraph",
     {"algorithm.name=d2-plus", "topology.name=one-peer-exponential"},
     {"topology.name", "not symmetric", "topology.lazy = true"},
     {"algorithm.name=d2-plus", "topology.name=one-peer-exponential", "topology.lazy=true"}},
    {"D2BetweenMixes",
     {"algorithm.name=d2-plus", "topology.name=complete", "topology.period=4"},
     {"topology.period = 1", "between two mixes"},
     {"algorithm.name=dsgd", "topology.name=complete", "topology.period=4"}},
    {"NesterovWithoutMomentum",
     {"algorithm.name=sgp",
      "topology.name=one-peer-exponential",
      "algorithm.momentum=0.0",
      "algorithm.nesterov=true"},
     {"algorithm.nesterov", "algorithm.momentum = 0"}},
    {"MemoryRefreshedOnce",
     {"algorithm.buffer_period=100"},
     {"algorithm.buffer_period = 100", "after the first step alone"},
     {"algorithm.buffer_period=50"}},
    {"MemoryNeverRefreshed",
     {"algorithm.buffer_period=101", "algorithm.buffer_phase=last"},
     {"never refreshed"},
     {"algorithm.buffer_period=100", "algorithm.buffer_phase=last"}},
    {"DoubleAveragingNeverAverages",
     {"algorithm.name=double-averaging", "algorithm.period=101", "topology.name=complete"},
     {"algorithm.period = 101", "never meet"},
     {"algorithm.name=double-averaging", "algorithm.period=100", "topology.name=complete"}},
    {"StaleMessagesNeverArrive",
     {"algorithm.name=osgp",
      "topology.name=one-peer-exponential",
      "algorithm.staleness=9",
      "schedule.steps=8",
      "evaluation.every_steps=8"},
     {"algorithm.staleness = 9", "arrives"}}};
INSTANTIATE_TEST_SUITE_P(OfAlgorithms, Warnings, ::testing::ValuesIn(kOfAlgorithms));

const Case kOfTopologies[] = {
    {"TorusOfAPrime",
     {"topology.name=torus", "workers=13"},
     {"topology.name = \"torus\"", "13 workers", "ring", "prime"},
     {"topology.name=torus", "workers=12"}},
    {"PeriodBeyondTheRun",
     {"topology.period=101"},
     {"topology.period = 101", "never mix"},
     {"topology.period=100"}},
    {"GridOfAPrime", {"topology.name=grid", "workers=7"}, {"chain"}},
    {"TorusOfOneRow",
     {"topology.name=torus", "topology.rows=16"},
     {"topology.rows"},
     {"topology.name=torus", "topology.rows=8"}},
    {"SilentAlgorithm",
     {"algorithm.name=sgd"},
     {"topology.name = \"ring\"", "sends nothing", "[outer]"},
     {"algorithm.name=dsgd"}},
    {"GraphWithoutUse",
     {"algorithm.name=allreduce-sgd"},
     {"topology.name = \"ring\"", "no effect", "Leave [topology] out"},
     {"algorithm.name=allreduce-sgd", "topology.name=complete"}},
    {"GraphWithoutUseUnderAnOuterStep",
     {"algorithm.name=sgd", "outer.name=average", "outer.period=10"},
     {"topology.name = \"ring\"", "no effect"},
     {"algorithm.name=sgd", "outer.name=average", "outer.period=10", "schedule.scale=degree"}},
    {"SeedOfAGraphThatIsNotRandom",
     {"topology.seed=7"},
     {"topology.seed = 7"},
     {"topology.name=random-matching", "topology.seed=7"}},
    {"MorePeersThanThereAre",
     {"topology.name=exponential-peers", "topology.peers=16", "algorithm.name=sgp"},
     {"topology.peers = 16", "all are used"},
     {"topology.name=exponential-peers", "topology.peers=15", "algorithm.name=sgp"}},
    {"WeightsThatDriveApart",
     {"workers=2", "topology.name=custom", "topology.weights=[[1.5, -0.5], [-0.5, 1.5]]"},
     {"topology.weights", "modulus 2"},
     {"workers=2", "topology.name=custom", "topology.weights=[[0.5, 0.5], [0.5, 0.5]]"}},
    {"WeightsThatOnlySwap",
     {"workers=2", "topology.name=custom", "topology.weights=[[0, 1.0], [1.0, 0]]"},
     {"modulus 1", "topology.lazy = true"},
     {"workers=2",
      "topology.name=custom",
      "topology.weights=[[0, 1.0], [1.0, 0]]",
      "topology.lazy=true"}}};
INSTANTIATE_TEST_SUITE_P(OfTopologies, Warnings, ::testing::ValuesIn(kOfTopologies));

const Case kOfOuterSteps[] = {
    {"PeriodBeyondTheEnd",
     {"outer.name=average", "outer.period=101"},
     {"outer.period = 101", "run ends after 100"},
     {"outer.name=average", "outer.period=100"}},
    {"StartBeyondTheEnd",
     {"outer.name=average", "outer.period=1", "outer.start_step=100"},
     {"outer.start_step = 100", "no outer step"},
     {"outer.name=average", "outer.period=1", "outer.start_step=99"}},
    {"StartEpochBeyondTheEnd",
     {"outer.name=average", "outer.period=1", "outer.start_epoch=1"},
     {"outer.start_epoch = 1", "no outer step"}},
    {"PeriodThatNoLongerFits",
     {"outer.name=average", "outer.period=60", "outer.start_step=50"},
     {"outer.period = 60", "after step 110"}},
    {"FirstPhaseActsAtOnce",
     {"outer.name=average",
      "outer.period=[{ period = 100, group = 16 }, { period = 4, group = 2 }]",
      "outer.phase=first",
      "outer.start_step=98"},
     {"period = 4, group = 2", "never is"},
     {"outer.name=average", "outer.period=1000", "outer.phase=first"}},
    {"LevelBeyondTheEnd",
     {"outer.name=average",
      "outer.period=[{ period = 4, group = 2 }, { period = 128, group = 16 }]"},
     {"period = 128, group = 16"},
     {"outer.name=average",
      "outer.period=[{ period = 4, group = 2 }, { period = 100, group = 16 }]"}},
    {"GroupsOfOne",
     {"outer.name=average", "outer.period=[{ period = 4, group = 1 }, { period = 8, group = 16 }]"},
     {"group = 1", "nobody to meet"}},
    {"GroupsOfMoreThanThereAre",
     {"outer.name=average", "outer.period=[{ period = 4, group = 2 }, { period = 8, group = 32 }]"},
     {"group = 32", "all of them meet"}},
    {"BeforeWithoutAStart",
     {"outer.name=average", "outer.period=4", "outer.before=every-step"},
     {"outer.before", "outer.start_step"},
     {"outer.name=average", "outer.period=4", "outer.before=every-step", "outer.start_step=10"}},
    {"StartThatRoundsToNothing",
     {"outer.name=average", "outer.period=4", "outer.start_epoch=0.001"},
     {"outer.start_epoch = 0.001", "rounds to step 0"}},
    {"RateOfZero",
     {"outer.name=slowmo", "outer.period=4", "outer.learning_rate=0.0"},
     {"outer.learning_rate = 0"},
     {"outer.name=slowmo", "outer.period=4", "outer.learning_rate=0.5"}},
    {"NesterovWithoutBlockMomentum",
     {"outer.name=bmuf", "outer.period=4", "outer.momentum=0.0", "outer.nesterov=true"},
     {"outer.nesterov", "outer.momentum = 0"}},
    {"NoMemoryToReset",
     {"algorithm.name=dsgd", "outer.name=slowmo", "outer.period=4", "outer.buffers=reset"},
     {"outer.buffers = \"reset\"", "'dsgd' keeps no memory"},
     {"outer.name=slowmo", "outer.period=4", "outer.buffers=reset"}},
    {"NothingIsAveraged",
     {"outer.name=slowmo", "outer.period=4", "outer.buffers=average", "outer.exact_average=false"},
     {"outer.buffers = \"average\"", "outer.exact_average = false"}},
    {"AnAverageThatIsNone",
     {"outer.name=average", "outer.period=4", "outer.exact_average=false"},
     {"outer.name = \"average\" does nothing"}},
    {"ForceThatIsTooStrong",
     {"outer.name=easgd", "outer.period=4", "outer.rho=0.5"},
     {"outer.name = \"easgd\"", "rho"}}};
INSTANTIATE_TEST_SUITE_P(OfOuterSteps, Warnings, ::testing::ValuesIn(kOfOuterSteps));

const Case kOfSchedules[] = {
    {"RiseUnderAQuasiGlobalMemory",
     {"schedule.warmup_steps=10", "schedule.warmup_from=1e-7"},
     {"divides displacements", "qg-dsgdm-n", "step 0"},
     {"algorithm.name=dsgdm-n", "schedule.warmup_steps=10", "schedule.warmup_from=1e-7"}},
    {"WarmUpBeyondTheEnd",
     {"schedule.warmup_epochs=1"},
     {"schedule.warmup_epochs = 1", "117 steps", "after 100"},
     {"schedule.warmup_steps=99"}},
    {"WarmUpThatRoundsToNothing",
     {"schedule.warmup_epochs=0.001"},
     {"schedule.warmup_epochs = 0.001", "no step"},
     {"schedule.warmup_steps=0"}},
    {"WarmUpOfOneStep", {"schedule.warmup_steps=1"}, {"already has the full rate"}},
    {"WarmUpFromNowhere",
     {"schedule.warmup_from=0.01"},
     {"schedule.warmup_from = 0.01", "no warm-up"},
     {"schedule.warmup_from=0.01", "schedule.warmup_steps=10"}},
    {"DecaysBeyondTheEnd",
     {"schedule.decay_epochs=[0.5, 1, 2]"},
     {"schedule.decay_epochs", "due at 1, 2 never"},
     {"schedule.decay_epochs=[0.5]"}},
    {"DecayWithinTheWarmUp",
     {"schedule.decay_steps=[10]", "schedule.warmup_steps=20"},
     {"schedule.decay_steps", "within the warm-up of 20 steps"},
     {"schedule.decay_steps=[30]", "schedule.warmup_steps=20"}},
    {"DecayAtTheStart", {"schedule.decay_steps=[0]"}, {"before the first step"}},
    {"StepsWithoutDecays", {"schedule.name=step"}, {"schedule.name = \"step\"", "decay_epochs"}},
    {"DecayThatLeavesTheRate",
     {"schedule.decay_steps=[50]", "schedule.decay_factor=1.0"},
     {"schedule.decay_factor = 1"}},
    {"CosineThatRises",
     {"schedule.name=cosine", "schedule.minimum=0.2"},
     {"schedule.minimum = 0.2", "0.1"},
     {"schedule.name=cosine", "schedule.minimum=0.2", "schedule.scale=4"}}};
INSTANTIATE_TEST_SUITE_P(OfSchedules, Warnings, ::testing::ValuesIn(kOfSchedules));

// The bound of this graph, whose smallest eigenvalue is -1/3: 2 r / (2 - r) / (4 / 3).
const Case kOfCodecs[] = {
    {"CoordinatesThatAreDrawnTooSeldom",
     {"algorithm.name=choco-sgd", "compression.name=rand-k", "compression.ratio=0.2"},
     {"algorithm.gossip_step = 0.5", "ratio 0.2", "below 0.17"},
     {"algorithm.name=choco-sgd",
      "algorithm.gossip_step=0.16",
      "compression.name=rand-k",
      "compression.ratio=0.2"}}};
INSTANTIATE_TEST_SUITE_P(OfCodecs, Warnings, ::testing::ValuesIn(kOfCodecs));

const Case kOfTensors[] = {
    {"DecayOfMatricesWithoutDecay",
     {"algorithm.decay=matrices"},
     {"algorithm.decay = \"matrices\"", "weight_decay = 0"},
     {"algorithm.decay=matrices", "algorithm.weight_decay=0.1"}},
    {"DecayOfAGroupWithoutDecay",
     {"algorithm.group=[{match='*', rate=2}, {match='b*', decay=0}]"},
     {"match = \"b*\"", "decay = 0", "weight_decay = 0"},
     {"algorithm.group=[{match='*', rate=2}]"}},
};
INSTANTIATE_TEST_SUITE_P(OfTensors, Warnings, ::testing::ValuesIn(kOfTensors));

const Case kOfData[] = {
    {"ExamplesLeftOut",
     {"workers=20001", "data.batch_size=1"},
     {"workers = 20001", "2 of the 60000", "19998", "33 %"},
     {"workers=20000", "data.batch_size=1"}},
    {"AlphaOfAnotherPartition", {"data.partition=iid"}, {"data.alpha = 0.1", "\"iid\""}},
    {"ShardsOfAnotherPartition",
     {"data.shards_per_worker=3"},
     {"data.shards_per_worker = 3", "dirichlet"}},
    {"BatchOfMoreThanThereAre",
     {"data.batch_size=4000", "data.drop_last=false"},
     {"data.batch_size = 4000", "3750"},
     {"data.batch_size=3750", "data.drop_last=false"}},
    {"EvaluationOfMoreWorkers",
     {"evaluation.workers=99"},
     {"evaluation.workers = 99", "16 workers", "all are used"},
     {"evaluation.workers=16"}},
    {"EvaluationOfMoreExamples",
     {"evaluation.examples=10001"},
     {"evaluation.examples = 10001", "10000 test examples", "all are used"},
     {"evaluation.examples=10000"}},
    {"EvaluationAtTheEndAlone",
     {"evaluation.every_steps=101"},
     {"evaluation.every_steps = 101", "at its end alone"},
     {"evaluation.every_steps=100"}}};
INSTANTIATE_TEST_SUITE_P(OfData, Warnings, ::testing::ValuesIn(kOfData));

const Case kOfClusters[] = {
    {"LinkThatCarriesNothing",
     {"cluster.step_s=0.1", "cluster.links=[{ from = 0, to = 5, latency_s = 1.0 }]"},
     {"cluster.links, from = 0, to = 5", "nothing travels"},
     {"cluster.step_s=0.1", "cluster.links=[{ from = 0, to = 1, latency_s = 1.0 }]"}},
    {"LinkOfNoKind",
     {"cluster.step_s=0.1", "cluster.links=[{ from = 0, to = 1 }]"},
     {"cluster.links, from = 0, to = 1", "neither"}},
    {"FaultOfALinkThatCarriesNothing",
     {"cluster.step_s=0.1", "cluster.fault=[{ at_s = 1.0, link = [0, 5], slowdown = 2.0 }]"},
     {"cluster.fault, link = [0, 5]"}},
    {"FaultThatComesTooLate",
     {"cluster.step_s=0.1", "cluster.fault=[{ at_s = 11.0, worker = 2, slowdown = 2.0 }]"},
     {"cluster.fault, at_s = 11", "after 10 s"},
     {"cluster.step_s=0.1", "cluster.fault=[{ at_s = 9.0, worker = 2, slowdown = 2.0 }]"}},
    {"OverlapOfNothing",
     {"cluster.step_s=0.1", "cluster.overlap=0.5"},
     {"cluster.overlap"},
     {"cluster.step_s=0.1", "cluster.overlap=0.5", "cluster.bandwidth_gbit=1"}},
    {"ParametersOfNoLength",
     {"cluster.step_s=0.1", "cluster.parameters=1000000", "cluster.latency_s=0.1"},
     {"cluster.parameters"}},
    {"RetryWithoutLoss",
     {"cluster.step_s=0.1", "cluster.retry_s=0.5"},
     {"cluster.retry_s = 0.5"},
     {"cluster.step_s=0.1", "cluster.retry_s=0.5", "cluster.loss=0.1"}},
    {"LossThatCostsNothing", {"cluster.step_s=0.1", "cluster.loss=0.1"}, {"cluster.loss = 0.1"}}};
INSTANTIATE_TEST_SUITE_P(OfClusters, Warnings, ::testing::ValuesIn(kOfClusters));

TEST(WarningsOfALength, NameEpochsThatRoundToNoStep) {
  EXPECT_THAT(of_training({"schedule.epochs=0.001"}),
              ElementsAre(AllOf(HasSubstr("schedule.epochs = 0.001"),
                                HasSubstr("117 steps"),
                                HasSubstr("no step at all"))));
  EXPECT_THAT(of_training({"schedule.epochs=0"}), IsEmpty());
}

TEST(WarningsOfALength, NameEpochsBetweenEvaluations) {
  EXPECT_THAT(of_training({"evaluation.every_epochs=11"}),
              ElementsAre(AllOf(HasSubstr("evaluation.every_epochs = 11"),
                                HasSubstr("Write evaluation.every_epochs = 10 or less"))));
  EXPECT_THAT(of_training({"evaluation.every_epochs=10"}), IsEmpty());
  // A default is not a choice of the user.
  EXPECT_THAT(of_training({"schedule.epochs=0.5"}), IsEmpty());
}

// Of four workers 3.6 are four, 3.2 are three.
TEST(WarningsOfSolve, NameSharesThatDrawAll) {
  const Texts rounds{"algorithm.name=sgd", "outer.name=average", "outer.period=2"};
  EXPECT_THAT(of_solving(joined(rounds, {"participation.share=0.9"})),
              Contains(AllOf(HasSubstr("participation.share = 0.9"), HasSubstr("4 workers all"))));
  EXPECT_THAT(of_solving(joined(rounds, {"participation.share=0.8"})),
              Not(Contains(HasSubstr("participation"))));
}

TEST(WarningsOfSolve, NameRatesThatAreNeverUsed) {
  EXPECT_THAT(of_solving({}), IsEmpty());
  EXPECT_THAT(of_solving({"steps=2"}),
              ElementsAre(AllOf(HasSubstr("algorithm.learning_rate has 3 rates"),
                                HasSubstr("the last 1 are never used"))));
}

TEST(WarningsOfSolve, KnowThatAListChangesTheRateOfD2) {
  const Texts d2{"algorithm.name=d2", "topology.lazy=true"};
  EXPECT_THAT(of_solving(d2), ElementsAre(HasSubstr("d2-plus")));
  EXPECT_THAT(of_solving(joined(d2, {"algorithm.learning_rate=[0.1, 0.1]"})), IsEmpty());
  // The third rate is never reached.
  EXPECT_THAT(of_solving(joined(d2, {"steps=2"})), ElementsAre(Not(HasSubstr("d2-plus"))));
}

TEST(WarningsOfSolve, KnowThatOuterStepsAreNeverDue) {
  EXPECT_THAT(of_solving({"outer.name=average", "outer.period=1000"}),
              ElementsAre(HasSubstr("outer.period = 1000")));
}

TEST(WarningsOfWeights, RecommendOnlyWhatTheGraphHas) {
  const Texts columns =
      of_training({"workers=2", "topology.name=custom", "topology.weights=[[1.0, 0], [0.5, 0.5]]"});
  ASSERT_FALSE(columns.empty());
  EXPECT_THAT(columns.front(), AllOf(HasSubstr("mean"), HasSubstr("topology.weights")));
  EXPECT_THAT(columns.front(), Not(HasSubstr("weighting")));
  const Texts uniform = of_training({"topology.name=star", "topology.weighting=uniform"});
  EXPECT_THAT(uniform, ElementsAre(AllOf(HasSubstr("mean"), HasSubstr("\"metropolis\""))));
}

std::string graph_refusal(const std::vector<std::string>& set) {
  try {
    of_training(set);
  } catch (const UserError& error) {
    return error.what();
  }
  return {};
}

TEST(WarningsOfWeights, RefusalsRecommendOnlyWhatTheGraphHas) {
  const std::string custom = graph_refusal(
      {"workers=2", "topology.name=custom", "topology.weights=[[1.0, 0.5], [0, 0.5]]"});
  EXPECT_THAT(custom, AllOf(HasSubstr("topology.weights"), Not(HasSubstr("weighting"))));
  const std::string directed =
      graph_refusal({"workers=7", "topology.name=binary-tree", "topology.weighting=out-degree"});
  EXPECT_THAT(directed, HasSubstr("topology.weighting = \"metropolis\""));
  const std::string push =
      graph_refusal({"topology.name=star", "topology.weighting=uniform", "algorithm.name=sgp"});
  EXPECT_THAT(push, HasSubstr("topology.weighting = \"out-degree\""));
}

TEST(WarningsOfShards, CountWhatTheirCutLeavesOut) {
  const Config config =
      read(kTrainText, Purpose::kTrain, {"data.partition=shards", "data.shards_per_worker=2001"});
  const DataShape shape = shape_of(config, *make_resources());
  EXPECT_EQ(examples_per_worker(config, shape), 2001);  // of 32016 shards of one example
}

}  // namespace
}  // namespace murmur::run
