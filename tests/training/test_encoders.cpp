// SPDX-License-Identifier: Apache-2.0
// Encoders of labelled text, as a user trains them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/encoder_folder.h"
#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

// 64 and 16 texts, whose class is whether a bird is in them.
std::string table(std::size_t count) {
  const std::array<std::string, 5> words{"the", "sees", "a", "sees a", "the a"};
  std::string text = "text,label\n";
  for (std::size_t i = 0; i < count; ++i) {
    const std::string& word = words[i * i % words.size()];
    text += i % 2 == 0 ? "\"" + word + " bird, " + words[i % 5] + "\",bird\n" : word + ",none\n";
  }
  return text;
}

class EncoderDesk : public Desk {
 public:
  EncoderDesk() {
    std::filesystem::create_directory(path("texts"));
    write("texts/train.csv", table(64));
    write("texts/test.csv", table(16));
    write("small.toml",
          "workers = 4\nseed = 1\n[data]\nname = \"text-classification\"\nfolder = \"" +
              path("texts").string() +
              "\"\npartition = \"dirichlet\"\nalpha = 10\nbatch_size = 4\n"
              "[model]\nname = \"bert\"\nfolder = \"" +
              encoder.path() +
              "\"\n[topology]\nname = \"ring\"\n[algorithm]\nname = \"dadam\"\n"
              "learning_rate = 0.02\n[schedule]\nepochs = 8\n");
  }
  Ran train(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"train", "small.toml"});
    return run(arguments, {});
  }

  EncoderFolder encoder;
};

TEST(TrainEncoders, LearnsWithTheSameBitsOnAnyNumberOfThreads) {
  const EncoderDesk desk;
  const Ran one = desk.train({"--threads", "1", "--output", "one"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(last_line(desk.train({"--threads", "2", "--output", "two"})), last_line(one));
  const auto summary = json::parse(read_text(desk.path("one/summary.json")));
  EXPECT_GT(summary["best"]["eval/accuracy_averaged"]["value"], 0.8) << summary["best"].dump();
  EXPECT_EQ(read_text(desk.path("one/vocabulary.txt")), kEncoderWords);
  const auto classes = json::parse(read_text(desk.path("one/partition.json")));
  EXPECT_EQ(classes["classes"], (std::vector<std::string>{"bird", "none"}));
}

TEST(TrainEncoders, SaysWhatDoesNotFit) {
  const EncoderDesk desk;
  const auto refusal = [&](const std::string& set) {
    const Ran ran = desk.train({"--set", set, "--output", "run"});
    return std::pair(ran.code, ran.err);
  };
  EXPECT_EQ(refusal("model={ name = \"gpt\" }").first, 2);
  EXPECT_EQ(refusal("data.label=kind").first, 2);
  EXPECT_THAT(refusal("data.label=kind").second, HasSubstr("columns are text, label"));
  EXPECT_EQ(refusal("model.folder=none").first, 3);
  EXPECT_THAT(refusal("model.folder=none").second, HasSubstr("there is no file"));
  desk.encoder.write("config.json", R"({"model_type": "bert", "max_position_embeddings": 3})");
  EXPECT_EQ(refusal("seed=1").first, 2);
  EXPECT_THAT(refusal("seed=1").second, HasSubstr("max_position_embeddings"));
  desk.encoder.write("config.json", R"({"model_type": "t5"})");
  EXPECT_EQ(refusal("seed=1").first, 2);
  EXPECT_THAT(refusal("seed=1").second, HasSubstr("model_type"));
  desk.encoder.write("config.json", kTinyBert);
  desk.write("texts/test.csv", "text,label\na,cat\n");
  EXPECT_EQ(refusal("seed=1").first, 3);
  EXPECT_THAT(refusal("seed=1").second, HasSubstr("record 1: the label 'cat'"));
}

}  // namespace
}  // namespace murmur::testing
