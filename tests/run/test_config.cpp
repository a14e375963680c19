// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/config/catalog.h"
#include "murmur/run/wiring/wiring.h"
#include "tests/run/config_text.h"

namespace murmur::run {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Config, ReadsWhatIsWrittenAndFillsInTheRest) {
  const Config config = read(kTrainText, Purpose::kTrain);
  EXPECT_EQ(config.name, "run");
  EXPECT_EQ(config.workers, 16);
  EXPECT_EQ(config.seed, 3U);
  EXPECT_EQ(config.precision, Precision::kSingle);
  EXPECT_EQ(config.data.partition, "dirichlet");
  EXPECT_EQ(config.data.alpha, 0.1);
  EXPECT_EQ(config.data.batch_size, 32);
  EXPECT_EQ(config.data.seed, 3U);
  EXPECT_EQ(config.topology.seed, 3U);
  EXPECT_EQ(config.algorithm.choice.options.number("momentum"), 0.8);
  EXPECT_EQ(config.schedule.name, "constant");
  EXPECT_EQ(config.schedule.length.value, 10);
  EXPECT_FALSE(config.outer.has_value());
}

TEST(Config, OfSolveIsDoubleAndHasAListOfRates) {
  const Config config = read(kSolveText, Purpose::kSolve);
  EXPECT_EQ(config.precision, Precision::kDouble);
  EXPECT_EQ(config.steps, 10);
  EXPECT_EQ(config.algorithm.learning_rate, (std::vector<double>{0.1, 0.1, 0.01}));
  EXPECT_EQ(config.problem.options.table("start"), (Table{{1.0, -1.0}}));
}

TEST(ConfigError, GivesFileLineAndColumn) {
  const std::string text = with(kTrainText, "momentum = 0.8", "momentum = 1.5");
  EXPECT_THAT(refusal(text, Purpose::kTrain),
              AllOf(StartsWith("run.toml:18:12: "),
                    HasSubstr("algorithm.momentum"),
                    HasSubstr("[0, 1)"),
                    HasSubstr("1.5")));
}

TEST(ConfigError, OfSyntaxGivesFileLineAndColumn) {
  EXPECT_THAT(refusal("workers = \n", Purpose::kTrain), StartsWith("run.toml:1:"));
}

TEST(ConfigError, NamesTheNearestKeyOrName) {
  EXPECT_THAT(refusal(with(kTrainText, "momentum =", "momentun ="), Purpose::kTrain),
              AllOf(StartsWith("run.toml:18:1: "), HasSubstr("did you mean 'momentum'")));
  EXPECT_THAT(refusal(with(kTrainText, "[schedule]", "[shedule]"), Purpose::kTrain),
              AllOf(StartsWith("run.toml:21:"), HasSubstr("did you mean 'schedule'")));
  EXPECT_THAT(refusal(with(kTrainText, "\"ring\"", "\"rong\""), Purpose::kTrain),
              AllOf(StartsWith("run.toml:13:8: "), HasSubstr("did you mean 'ring'")));
  EXPECT_THAT(refusal(with(kTrainText, "qg-dsgdm-n", "qg-dsgdmn"), Purpose::kTrain),
              HasSubstr("'qg-dsgdm"));
  EXPECT_THAT(refusal(with(kTrainText, "workers", "worker"), Purpose::kTrain),
              HasSubstr("did you mean 'workers'"));
  EXPECT_THAT(refusal(with(kTrainText, "name = \"mlp\"", "nmae = \"mlp\""), Purpose::kTrain),
              AllOf(StartsWith("run.toml:10:1: "), HasSubstr("did you mean 'name'")));
}

TEST(ConfigError, AnswersOtherSystemsNamesWithOurs) {
  EXPECT_THAT(refusal(with(kTrainText, "mu = 0.7", "sync_every = 4"), Purpose::kTrain),
              HasSubstr("'outer.period'"));
  EXPECT_THAT(refusal(with(kTrainText, "\"ring\"", "\"exp2\""), Purpose::kTrain),
              HasSubstr("'exponential'"));
  EXPECT_THAT(
      refusal("topology = \"exp2\"\n" + with(kTrainText, "[topology]\nname = \"ring\"\n", ""),
              Purpose::kTrain),
      AllOf(StartsWith("run.toml:1:"), HasSubstr("\"exponential\"")));
}

TEST(ConfigError, KnowsWhoseOptionItIs) {
  EXPECT_THAT(refusal(with(kTrainText, "qg-dsgdm-n", "dsgd"), Purpose::kTrain),
              AllOf(HasSubstr("'dsgd' does not have it"), HasSubstr("dsgdm")));
}

TEST(ConfigError, TellsTrainAndSolveApart) {
  EXPECT_THAT(refusal(kSolveText + "[schedule]\nepochs = 1\n", Purpose::kSolve),
              HasSubstr("[schedule] is not for `murmur solve`"));
  EXPECT_THAT(refusal(kTrainText + "[problem]\nname = \"quadratic\"\n", Purpose::kTrain),
              HasSubstr("[problem] is for `murmur solve`"));
  EXPECT_THAT(refusal(with(kTrainText, "= 0.1\nmomentum", "= [0.1]\nmomentum"), Purpose::kTrain),
              HasSubstr("one number"));
}

TEST(ConfigError, RefusesValuesOutOfTheirRange) {
  for (const char* rate : {"0", "0.0", "-0.1", "nan", "inf", "\"fast\"", "true"}) {
    const std::string text =
        with(kTrainText, "learning_rate = 0.1", std::string("learning_rate = ") + rate);
    EXPECT_THAT(refusal(text, Purpose::kTrain),
                AllOf(StartsWith("run.toml:17:"), HasSubstr("algorithm.learning_rate")))
        << rate;
  }
  for (const char* workers : {"0", "-1", "2.5", "\"many\"", "20000000"}) {
    EXPECT_THAT(refusal(with(kTrainText, "16", workers), Purpose::kTrain),
                AllOf(StartsWith("run.toml:1:"), HasSubstr("workers")))
        << workers;
  }
  EXPECT_THAT(refusal(with(kTrainText, "alpha = 0.1", "alpha = 0"), Purpose::kTrain),
              HasSubstr("data.alpha"));
  EXPECT_THAT(refusal(with(kTrainText, "epochs = 10", "epochs = -1"), Purpose::kTrain),
              HasSubstr("schedule.epochs"));
}

TEST(Config, ReadsWhatIsDoneToAGradient) {
  for (const Purpose purpose : {Purpose::kTrain, Purpose::kSolve}) {
    const std::string text = purpose == Purpose::kTrain ? kTrainText : kSolveText;
    const Config config =
        read(text + "[gradient]\naccumulate = 3\nsharpness = 0.05\nclip_norm = 1\n", purpose);
    EXPECT_EQ(config.gradient.accumulate, 3);
    EXPECT_EQ(config.gradient.sharpness, 0.05);
    EXPECT_EQ(config.gradient.clip_norm, 1);
  }
}

TEST(ConfigError, SaysWhatAGradientMayBe) {
  const auto refused = [](const std::string& line) {
    return refusal(kTrainText + "[gradient]\n" + line + "\n", Purpose::kTrain);
  };
  for (const char* value : {"0", "-1", "2.5", "\"4\""}) {
    EXPECT_THAT(refused(std::string("accumulate = ") + value),
                AllOf(StartsWith("run.toml:24:"),
                      HasSubstr("gradient.accumulate"),
                      HasSubstr("an integer, 1 or more")))
        << value;
  }
  for (const char* key : {"sharpness", "clip_norm"}) {
    for (const char* value : {"-0.1", "nan", "inf", "true"}) {
      EXPECT_THAT(refused(fmt::format("{} = {}", key, value)),
                  AllOf(HasSubstr(fmt::format("gradient.{}", key)), HasSubstr("0 or more")));
    }
  }
  EXPECT_THAT(refused("sharpnes = 1"), HasSubstr("did you mean 'sharpness'"));
  for (const auto& [theirs, ours] :
       {std::pair{"rho", "gradient.sharpness"},
        std::pair{"sam", "gradient.sharpness"},
        std::pair{"max_norm", "gradient.clip_norm"},
        std::pair{"clip_grad_norm", "gradient.clip_norm"},
        std::pair{"max_grad_norm", "gradient.clip_norm"},
        std::pair{"accumulation_steps", "gradient.accumulate"},
        std::pair{"gradient_accumulation_steps", "gradient.accumulate"}}) {
    EXPECT_THAT(refused(fmt::format("{} = 1", theirs)),
                HasSubstr(fmt::format("it is called '{}' here", ours)));
  }
}

TEST(Config, ReadsFactorsOfTensors) {
  const std::string groups = R"(
[[algorithm.group]]
match = "*.bias"
decay = 0

[[algorithm.group]]
match = "fc*"
rate = 0.5
)";
  const Config config = read(kTrainText + groups, Purpose::kTrain, {"algorithm.decay=matrices"});
  EXPECT_EQ(config.algorithm.decay, "matrices");
  ASSERT_EQ(config.algorithm.groups.size(), 2U);
  EXPECT_EQ(config.algorithm.groups[0].match, "*.bias");
  EXPECT_EQ(config.algorithm.groups[0].rate, 1);
  EXPECT_EQ(config.algorithm.groups[0].decay, 0);
  EXPECT_EQ(config.algorithm.groups[1].rate, 0.5);
  EXPECT_EQ(config.algorithm.groups[1].decay, 1);
  const Layout layout = [] {
    Layout named(sizeof(float));
    named.add("fc1.weight", {3, 4});
    named.add("fc1.bias", {3});
    named.add("out.bias", {2});
    return named;
  }();
  EXPECT_EQ(make_tensor_factors(config, layout),
            (std::vector<engine::TensorFactors>{{0.5, 1}, {0.5, 0}, {1, 0}}));
  EXPECT_TRUE(make_tensor_factors(read(kTrainText, Purpose::kTrain), layout).empty());
}

TEST(ConfigError, SaysWhatAGroupOfTensorsMayBe) {
  const auto refused = [](const std::string& line) {
    return refusal(kTrainText + "[[algorithm.group]]\n" + line + "\n", Purpose::kTrain);
  };
  EXPECT_THAT(refused("rate = 1"), HasSubstr("algorithm.group[0].match is missing"));
  EXPECT_THAT(refused("match = \"a\"\nrate = -1"),
              AllOf(HasSubstr("algorithm.group[0].rate"), HasSubstr("0 or more"), HasSubstr("-1")));
  EXPECT_THAT(refused("match = \"a\"\ndecay = nan"), HasSubstr("algorithm.group[0].decay"));
  EXPECT_THAT(refused("match = \"\""), HasSubstr("glob"));
  EXPECT_THAT(refused("match = \"a\"\nrat = 1"), HasSubstr("did you mean 'rate'"));
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"algorithm.group=3"}),
              HasSubstr("algorithm.group is a list of tables"));
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {"algorithm.decay=biases"}),
              AllOf(HasSubstr("algorithm.decay"), HasSubstr("all, matrices")));
  const Config config = read(
      kTrainText, Purpose::kTrain, {"algorithm.group=[{match='*'}, {match='convv*', rate=2}]"});
  Layout layout(sizeof(float));
  layout.add("conv1.weight", {3, 4});
  try {
    make_tensor_factors(config, layout);
    FAIL();
  } catch (const UserError& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("algorithm.group.match = \"convv*\" matches no tensor"),
                      HasSubstr("conv1.weight")));
  }
}

std::string fedavg_refusal(std::vector<std::string> set, Purpose purpose = Purpose::kTrain) {
  const bool solve = purpose == Purpose::kSolve;
  std::vector<std::string> all{"algorithm.name=sgd", "outer.name=average", "outer.period=4"};
  all.insert(all.end(), set.begin(), set.end());
  return refusal(solve ? kSolveText : kTrainText, purpose, all);
}

TEST(Config, ReadsWhoTakesPart) {
  const std::vector<std::string> base{
      "algorithm.name=sgd", "outer.name=average", "outer.period=4", "participation.share=0.3"};
  const Config plain = read(kTrainText, Purpose::kTrain, base);
  EXPECT_EQ(plain.participation.share, 0.3);
  EXPECT_EQ(plain.participation.weights, "equal");
  const auto with_weights = [&](const std::string& weights) {
    std::vector<std::string> all = base;
    all.push_back("participation.weights=" + weights);
    return all;
  };
  EXPECT_EQ(read(kTrainText, Purpose::kTrain, with_weights("examples")).participation.weights,
            "examples");
  EXPECT_EQ(read(kSolveText, Purpose::kSolve, with_weights("[1, 2.5, 3, 4]")).participation.numbers,
            (std::vector<double>{1, 2.5, 3, 4}));
}

TEST(ConfigError, SaysWhatTakingPartNeeds) {
  for (const char* share : {"0", "-0.5", "1.5", "nan", "half"}) {
    EXPECT_THAT(fedavg_refusal({std::string("participation.share=") + share}),
                AllOf(HasSubstr("participation.share"), HasSubstr("(0, 1]")))
        << share;
  }
  const std::string share = "participation.share=0.5";
  EXPECT_THAT(fedavg_refusal({share, "participation.weights=[1, 2]"}),
              AllOf(HasSubstr("participation.weights has 2 numbers for 16 workers"),
                    HasSubstr("examples")));
  EXPECT_THAT(fedavg_refusal({share, "participation.weights=[1, 2, 0, 4]"}, Purpose::kSolve),
              HasSubstr("positive"));
  EXPECT_THAT(fedavg_refusal({share, "participation.weights=size"}),
              AllOf(HasSubstr("participation.weights"), HasSubstr("equal, examples")));
  EXPECT_THAT(fedavg_refusal({share, "participation.weights=examples"}, Purpose::kSolve),
              HasSubstr("murmur train"));
  EXPECT_THAT(refusal(kTrainText, Purpose::kTrain, {share}), HasSubstr("[outer] is missing"));
  EXPECT_THAT(fedavg_refusal({share, "algorithm.name=dsgd"}),
              AllOf(HasSubstr("\"dsgd\""), HasSubstr("allowed: sgd, adam, adamw")));
  EXPECT_THAT(fedavg_refusal({share, "outer.exact_average=false"}),
              HasSubstr("outer.exact_average"));
  EXPECT_THAT(fedavg_refusal({share, "outer.phase=first"}), HasSubstr("outer.phase"));
  EXPECT_THAT(fedavg_refusal({share, "outer.period=[{period=4,group=2},{period=16,group=16}]"}),
              HasSubstr("outer.period is a list"));
  EXPECT_THAT(fedavg_refusal({share, "outer.name=easgd", "outer.order=round-robin"}),
              HasSubstr("round-robin"));
  for (const char* key : {"fraction", "C"}) {
    EXPECT_THAT(fedavg_refusal({std::string("participation.") + key + "=0.5"}),
                HasSubstr("it is called 'participation.share' here"));
  }
  EXPECT_THAT(fedavg_refusal({"participation.wait_for=3"}), HasSubstr("unknown key"));
}

TEST(ConfigError, AsksForWhatIsMissing) {
  EXPECT_THAT(refusal(with(kTrainText, "learning_rate = 0.1\n", ""), Purpose::kTrain),
              HasSubstr("algorithm.learning_rate is missing"));
  EXPECT_THAT(refusal(with(kTrainText, "epochs = 10\n", ""), Purpose::kTrain),
              HasSubstr("schedule.epochs or schedule.steps"));
  EXPECT_THAT(refusal(with(kTrainText, "[topology]\nname = \"ring\"\n", ""), Purpose::kTrain),
              HasSubstr("[topology] is missing"));
  EXPECT_THAT(refusal("", Purpose::kTrain), HasSubstr("workers is missing"));
}

// A key that is unknown, or known by another name, is reported before a missing one.
TEST(ConfigError, SaysWhatIsUnknownBeforeWhatIsMissing) {
  for (const auto& [table, place] :
       {std::pair{"[outer]\nname = \"slowmo\"\nsync_every = 3\n",
                  "run.toml:25:1: unknown key 'outer.sync_every'; it "
                  "is called 'outer.period' here"},
        std::pair{"[outer]\nH = 3\n", "'outer.period'"},
        std::pair{"[outer]\nname = \"slowmo\"\nfoo = 3\n", "unknown key 'outer.foo'"},
        std::pair{"[outer]\nfoo = 3\n", "unknown key 'outer.foo'"},
        std::pair{"[cluster]\nfoo = 3\n", "'cluster.foo'"},
        std::pair{"[cluster]\nstep_s = { mean = 1.0, sdt = 2.0 }\n", "'cluster.step_s.sdt'"}}) {
    EXPECT_THAT(refusal(kTrainText + table, Purpose::kTrain), HasSubstr(place)) << table;
  }
  const auto without = [](const std::string& line, const std::string& instead) {
    return refusal(with(kTrainText, line, instead), Purpose::kTrain);
  };
  EXPECT_THAT(without("learning_rate = 0.1", "lr = 0.1"), HasSubstr("'algorithm.learning_rate'"));
  EXPECT_THAT(without("learning_rate = 0.1", "sync_every = 2"), HasSubstr("'outer.period' here"));
  EXPECT_THAT(without("name = \"ring\"", "exponent = 2"), HasSubstr("'topology.exponent'"));
  EXPECT_THAT(without("name = \"fashion-mnist\"", "root = 2"), HasSubstr("'data.folder' here"));
  EXPECT_THAT(without("epochs = 10", "num_epochs = 1"), HasSubstr("'schedule.epochs' here"));
  EXPECT_THAT(without("workers = 16", "nodes = 16"), HasSubstr("'workers' here"));
}

TEST(ConfigError, RefusesTwoLengthsAndKeysOfAnotherSchedule) {
  EXPECT_THAT(refusal(kTrainText + "steps = 3\n", Purpose::kTrain), HasSubstr("not both"));
  EXPECT_THAT(refusal(kTrainText + "name = \"cosine\"\ndecay_epochs = [1]\n", Purpose::kTrain),
              HasSubstr("schedule.name = \"step\""));
}

TEST(Config, NeedsNoTopologyWhereNothingMixes) {
  std::string text = with(kTrainText, "[topology]\nname = \"ring\"\n", "");
  text = with(text, "qg-dsgdm-n", "allreduce-sgd");
  EXPECT_EQ(refusal(with(text, "mu = 0.7\n", ""), Purpose::kTrain), "");
}

// Every algorithm, topology, problem, ... can be configured with its own list of options alone.
TEST(Config, TakesEveryNameThatIsListed) {
  for (const std::string& name : kind_of("algorithm").names()) {
    const std::vector<std::string> set{"algorithm.name=" + name};
    EXPECT_EQ(refusal(kTrainText, Purpose::kTrain, set), "") << name;
  }
  for (const Entry& entry : kind_of("topology").entries) {
    std::vector<std::string> set{"topology.name=" + entry.name};
    for (const OptionInfo& option : entry.options) {
      if (option.required) {
        const bool is_table = std::holds_alternative<Tables>(option.fallback);
        const std::string value = !option.choices.empty() ? option.choices.front()
                                  : is_table              ? "[[1.0]]"
                                                          : "1";
        set.push_back("topology." + option.name + "=" + value);
      }
    }
    EXPECT_EQ(refusal(kTrainText, Purpose::kTrain, set), "") << entry.name;
  }
  for (const Entry& entry : kind_of("model").entries) {
    const bool is_alone = std::ranges::none_of(entry.options, &OptionInfo::required);  // no folder
    EXPECT_EQ(refusal(kTrainText, Purpose::kTrain, {"model.name=" + entry.name}) == "", is_alone)
        << entry.name;
  }
  for (const std::string& name : kind_of("outer").names()) {
    EXPECT_EQ(refusal(kTrainText, Purpose::kTrain, {"outer.name=" + name, "outer.period=4"}), "")
        << name;
  }
}

TEST(ConfigError, SaysWhatAListOfPeriodsMayBe) {
  const auto refused = [](const std::string& name, const std::string& period) {
    return refusal(kTrainText, Purpose::kTrain, {"outer.name=" + name, "outer.period=" + period});
  };
  EXPECT_THAT(refused("slowmo", "[{period=2,group=2}]"), HasSubstr("\"average\" alone"));
  EXPECT_THAT(refused("average", "[{period=2,grop=2}]"), HasSubstr("unknown key 'grop'"));
  EXPECT_THAT(refused("average", "[{period=2}]"), HasSubstr("group is missing"));
  EXPECT_THAT(refused("average", "[{period=0,group=2}]"), HasSubstr("an integer, 1 or more"));
  EXPECT_THAT(refused("average", "[3, 4]"), HasSubstr("{ period = 4, group = 2 }"));
  EXPECT_THAT(refused("average", "[]"), HasSubstr("empty list"));
  EXPECT_THAT(refused("average", "[{period=2,group=2},{period=2,group=4}]"),
              HasSubstr("the period 2 twice"));
  EXPECT_THAT(
      refusal(
          kTrainText,
          Purpose::kTrain,
          {"outer.name=average", "outer.period=[{period=2,group=2}]", "outer.exact_average=false"}),
      HasSubstr("leaves the workers alone"));
}

}  // namespace
}  // namespace murmur::run
