// SPDX-License-Identifier: Apache-2.0
// What every command does with wrong and with unusual input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Usage, OfNothingOrOfAnUnknownCommandIsTwo) {
  const Desk desk;
  EXPECT_EQ(desk.run({}).code, 2);
  const Ran ran = desk.run({"trian", "x.toml"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("trian"), HasSubstr("'train'")));
  EXPECT_EQ(ran.out, "");
}

TEST(Usage, OfAnUnknownOptionNamesTheNearest) {
  const Desk desk;
  const Ran ran = desk.run({"solve", "x.toml", "--threds", "3"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("--threds"), HasSubstr("'--threads'")));
}

TEST(Usage, OfAMissingArgumentIsTwo) {
  const Desk desk;
  EXPECT_EQ(desk.run({"train"}).code, 2);
  EXPECT_EQ(desk.run({"solve"}).code, 2);
  EXPECT_EQ(desk.run({"solve", "x.toml", "--seed", "three"}).code, 2);
}

TEST(Usage, OfHelpAndVersionIsNoError) {
  const Desk desk;
  const Ran version = desk.run({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_THAT(version.out, StartsWith("murmur "));
  const Ran help = desk.run({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const char* command : {"train", "solve", "plan", "list", "doctor", "data"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
    const Ran of_command = desk.run({command, "--help"});
    EXPECT_EQ(of_command.code, 0) << command;
    for (const char* option : {"--set", "--seed", "--output", "--threads", "--json", "--help"}) {
      EXPECT_THAT(of_command.out, HasSubstr(option)) << command;
    }
    EXPECT_EQ(desk.run({command, "--version"}).out, version.out) << command;
  }
}

TEST(Usage, OfAFileThatIsNoConfigurationIsTwo) {
  const Desk desk;
  for (const char* command : {"train", "solve"}) {
    const Ran missing = desk.run({command, "nowhere.toml"});
    EXPECT_EQ(missing.code, 2);
    EXPECT_THAT(missing.err, HasSubstr("nowhere.toml"));
    EXPECT_EQ(desk.run({command, "."}).code, 2);
    const Ran torn = desk.run({command, desk.write("torn.toml", "workers = 4\n[topology\n")});
    EXPECT_EQ(torn.code, 2);
    EXPECT_THAT(torn.err, HasSubstr("torn.toml:2:"));
    const Ran bytes = desk.run({command, desk.write("bytes.toml", "\xff\xfe\x00\x01")});
    EXPECT_EQ(bytes.code, 2);
  }
}

TEST(Usage, OfAMisspelledKeyGivesItsPlace) {
  const Desk desk;
  const Ran ran = desk.run({"train", desk.write("a.toml", "wokers = 4\n")});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("a.toml:1:1"), HasSubstr("'workers'")));
}

std::string repeated(const std::string& part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += part;
  }
  return text;
}

TEST(Usage, OfWhatIsNestedTooDeepIsTwo) {
  const Desk desk;
  constexpr int kDeep = 100'000;
  const std::string keys = repeated("a.", kDeep) + "a";
  const std::string arrays = repeated("[", kDeep) + repeated("]", kDeep);
  const std::string tables = repeated("{a=", kDeep) + "1" + repeated("}", kDeep);
  for (const std::string& text : {"[" + keys + "]\n",
                                  "[[" + keys + "]]\n",
                                  keys + " = 1\n",
                                  "b = { " + keys + " = 1 }\n",
                                  "b = " + arrays + "\n",
                                  "b = " + tables + "\n",
                                  "'x' = \"\"\"#\\\"\"\"\"\n" + keys + " = 1\n"}) {
    const std::string file = desk.write("deep.toml", text);
    for (const char* command : {"train", "solve", "compare", "plan"}) {
      const Ran ran = desk.run({command, file});
      EXPECT_EQ(ran.code, 2) << command << " " << text.substr(0, 20);
      EXPECT_THAT(ran.err, StartsWith("murmur: " + file + ":")) << text.substr(0, 20);
    }
  }
  desk.write("plain.toml", "workers = 4\n");
  const std::string few = repeated("a.", 5000) + "a";
  for (const std::string& set : {few + "=1", "b={" + few + "=1}", "b=" + repeated("[", 5000)}) {
    const Ran ran = desk.run({"solve", "plain.toml", "--set", set});
    EXPECT_EQ(ran.code, 2) << set.substr(0, 20);
    EXPECT_LT(ran.err.size(), 1000U);
  }
  EXPECT_EQ(desk.run({"solve", "plain.toml"}, {"MURMUR_SEED={" + few + "=1}"}).code, 2);
}

TEST(Usage, OfAPathWithManyDotsIsNoNesting) {
  const Desk desk;
  const std::string set = "data.folder=" + repeated("../", 30) + "x";
  const Ran ran = desk.run({"data", "cifar10", "--set", set});
  EXPECT_EQ(ran.code, 3) << ran.err;
}

TEST(Usage, OfOptionsThatContradictEachOtherIsTwo) {
  const Desk desk;
  desk.write("a.toml", "workers = 4\n");
  const std::vector<std::vector<std::string>> contradictions{
      {"solve", "a.toml", "--format", "csv", "--json"},
      {"solve", "a.toml", "--seed", "3", "--set", "seed=4"},
      {"train", "a.toml", "--threads", "3", "--set", "threads=4"},
      {"train", "a.toml", "--trace", "--set", "output.trace=false"}};
  for (const std::vector<std::string>& arguments : contradictions) {
    const Ran ran = desk.run(arguments);
    EXPECT_EQ(ran.code, 2);
    EXPECT_THAT(ran.err, HasSubstr("contradict")) << arguments[2];
    EXPECT_EQ(ran.out, "");
  }
}

TEST(Usage, OfAVariableThatIsNoNumberNamesIt) {
  const Desk desk;
  desk.write("a.toml", "workers = 4\n");
  for (const char* variable : {"MURMUR_SEED=abc",
                               "MURMUR_SEED=-1",
                               "MURMUR_SEED=1.5",
                               "MURMUR_SEED=99999999999999999999",
                               "MURMUR_THREADS=0",
                               "MURMUR_THREADS=many"}) {
    for (const char* command : {"train", "plan"}) {
      const Ran ran = desk.run({command, "a.toml"}, {variable});
      EXPECT_EQ(ran.code, 2) << variable;
      EXPECT_THAT(ran.err, HasSubstr(std::string(variable))) << variable;
    }
  }
}

TEST(Usage, OfAClosedStandardOutputIsAnError) {
  const Desk desk;
  for (const char* lost : {">&-", ">/dev/full"}) {
    for (const char* words : {"list", "doctor", "--help", "topology ring --workers 4 --json"}) {
      const std::string command =
          plain_environment() + " " + quoted(MURMUR_PROGRAM) + " " + words + " " + lost;
      const Ran ran = shell(desk.path(""), "sh -c " + quoted(command));
      EXPECT_EQ(ran.code, 1) << command;
      EXPECT_THAT(ran.err, HasSubstr("standard output could not be written")) << command;
    }
  }
}

TEST(List, ShowsWhatThereIs) {
  const Desk desk;
  const Ran all = desk.run({"list"});
  EXPECT_EQ(all.code, 0);
  for (const char* name : {"qg-dsgdm-n",
                           "one-peer-exponential",
                           "fashion-mnist",
                           "mlp",
                           "quadratic",
                           "slowmo",
                           "dirichlet"}) {
    EXPECT_THAT(all.out, HasSubstr(name));
  }
  const Ran one = desk.run({"list", "topologies"});
  EXPECT_THAT(one.out, HasSubstr("ring"));
  EXPECT_THAT(one.out, Not(HasSubstr("qg-dsgdm")));
  const Ran unknown = desk.run({"list", "topologys"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("'topologies'"));
}

TEST(List, GivesJsonAndNothingElse) {
  const Desk desk;
  const json all = json::parse(desk.run({"list", "--json"}).out);
  for (const char* kind : {"algorithms",
                           "outer",
                           "codecs",
                           "topologies",
                           "datasets",
                           "augmentations",
                           "tokenizers",
                           "models",
                           "losses",
                           "problems"}) {
    ASSERT_TRUE(all.contains(kind)) << kind;
    for (const json& entry : all[kind]) {
      EXPECT_FALSE(entry["name"].get<std::string>().empty());
      EXPECT_FALSE(entry["summary"].get<std::string>().empty());
      for (const json& option : entry["options"]) {
        EXPECT_TRUE(option.contains("help"));
        EXPECT_EQ(option.contains("default"), !option["required"].get<bool>());
      }
    }
  }
}

TEST(Data, SaysWhetherADatasetIsThere) {
  const Desk desk;
  const Ran unknown = desk.run({"data", "fashion-mnits"});
  EXPECT_EQ(unknown.code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("'fashion-mnist'"));
  const std::string nowhere = "data.folder=" + desk.path("nowhere").string();
  const Ran missing = desk.run({"data", "cifar10", "--set", nowhere});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.out, AllOf(HasSubstr("nowhere"), HasSubstr("how to get")));
  const Ran as_json = desk.run({"data", "cifar10", "--json", "--set", nowhere});
  EXPECT_EQ(json::parse(as_json.out)["available"], false);
}

}  // namespace
}  // namespace murmur::testing
