// SPDX-License-Identifier: Apache-2.0
// One worker of four diverges, while every step is evaluated or hardly any: every world ends with
// the exit code, the digest and the lines of one process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Method {
  std::string name;
  std::string rate;
  std::string algorithm;  // TOML, to the end of the file
};

const std::vector<Method>& methods() {
  static const std::vector<Method> kMethods{
      {"local", "1e37", "name = \"sgd\"\n"},
      {"gossip", "1e38", "name = \"dsgdm-n\"\n"},
      {"slower gossip", "3e37", "name = \"dsgdm-n\"\n"},
      {"all-reduce", "1e38", "name = \"allreduce-sgd\"\n"},
      {"push-sum", "1e38", "name = \"sgp\"\n"},
      {"overlapped push-sum", "1e37", "name = \"osgp\"\nstaleness = 2\n"},
      {"pairs", "1e37", "name = \"ad-psgd\"\n"},
      {"outer", "1e37", "name = \"sgd\"\n[outer]\nname = \"slowmo\"\nperiod = 3\n"}};
  return kMethods;
}

// The images of the last worker are noise, all others, including the test images, are black and of
// one class: at a rate near the largest number this worker's loss alone soon is NaN, while the
// evaluated loss still is a number.
class UnevenDesk : public Desk {
 public:
  UnevenDesk() {
    std::filesystem::create_directory(path("images"));
    write_part("train", 128);
    write_part("t10k", 32);
  }

  void write_method(const Method& method) const {
    write(
        "small.toml",
        "workers = 4\nseed = 1\nthreads = 1\nmatmul = \"onednn\"\n[data]\nname = \"idx\"\nfolder = "
        "\"images\"\npartition = \"origin\"\nbatch_size = 8\n[model]\nname = "
        "\"logistic\"\n[topology]\nname = \"ring\"\n[schedule]\nsteps = 40\n[processes]\ntimeout_s "
        "= 5\n[algorithm]\nlearning_rate = " +
            method.rate + "\n" + method.algorithm);
  }

 private:
  void write_part(const std::string& prefix, std::uint32_t count) const {
    std::string pixels;
    std::string labels;
    for (std::uint32_t i = 0; i < count; ++i) {
      const bool noisy = prefix == "train" && i >= count / 4 * 3;
      labels.push_back(static_cast<char>(noisy ? i % 4 : 0));
      for (std::uint32_t k = 0; k < 16; ++k) {
        pixels.push_back(static_cast<char>(noisy ? (i * 37 + k * 101 + i * k * 13) % 255 : 0));
      }
    }
    write("images/" + prefix + "-images-idx3-ubyte", idx({count, 4, 4}, pixels));
    write("images/" + prefix + "-labels-idx1-ubyte", idx({count}, labels));
  }
};

json timeless(json object) {
  for (auto it = object.begin(); it != object.end();) {
    const bool differs =
        it.key() == "wall_s" || it.key() == "comm/wire_bytes" || it.key().starts_with("time/");
    it = differs ? object.erase(it) : std::next(it);
  }
  return object;
}

// The summary and the lines, without times and without the traffic between processes.
json outcome_of(const Desk& desk, const std::string& folder) {
  json outcome = json::parse(read_text(desk.path(folder + "/summary.json")));
  for (const char* part : {"final", "totals"}) {
    outcome[part] = timeless(outcome[part]);
  }
  outcome.erase("peak_memory_bytes");
  for (const std::string& line : lines_of(read_text(desk.path(folder + "/metrics.jsonl")))) {
    outcome["lines"].push_back(timeless(json::parse(line)));
  }
  return outcome;
}

class MpiDivergence : public ::testing::TestWithParam<std::tuple<Launcher, int>> {
 protected:
  void expect_one_end(const std::string& every) {
    const auto& [launcher, processes] = GetParam();
    for (const Method& method : methods()) {
      const UnevenDesk desk;
      desk.write_method(method);
      const std::vector<std::string> set{"--set", "evaluation.every_steps=" + every, "--output"};
      const auto with = [&](const std::string& folder) {
        std::vector<std::string> all = set;
        all.push_back(folder);
        return all;
      };
      const Ran one = desk.run(training(with("one")));
      ASSERT_EQ(one.code, 4) << method.name << ": " << one.err;
      ASSERT_THAT(last_line(one), StartsWith("digest "));
      const Ran ran = train_in_world(desk, launcher, processes, with("many"));
      EXPECT_EQ(ran.code, 4) << method.name << ": " << ran.err;
      EXPECT_THAT(lines_of(ran.out), Contains(last_line(one))) << method.name;
      EXPECT_EQ(outcome_of(desk, "many"), outcome_of(desk, "one")) << method.name;
      EXPECT_THAT(ran.err, HasSubstr(lines_of(one.err).back())) << method.name;
    }
  }
};

TEST_P(MpiDivergence, EndsAsOneProcessWhereEveryStepIsEvaluated) {
  expect_one_end("1");
}

TEST_P(MpiDivergence, EndsAsOneProcessWhereHardlyAnyStepIs) {
  expect_one_end("100");
}

TEST_P(MpiDivergence, EndsAsOneProcessWhereTheStepIsAmongThoseEvaluated) {
  expect_one_end("3");
}

INSTANTIATE_TEST_SUITE_P(Worlds,
                         MpiDivergence,
                         ::testing::Combine(::testing::ValuesIn(launchers()),
                                            ::testing::Values(2, 3, 4)),
                         [](const auto& info) {
                           return std::get<0>(info.param).name +
                                  std::to_string(std::get<1>(info.param));
                         });

}  // namespace
}  // namespace murmur::testing
