// SPDX-License-Identifier: Apache-2.0
// Translation, as a user trains it: one run whatever the threads and interruptions, BLEU, the
// translations, what it refuses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/training/small_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr std::array kWords{"red", "green", "bird", "tree", "sees", "the", "small", "old"};
constexpr std::array kOther{"rot", "gruen", "vogel", "baum", "sieht", "der", "klein", "alt"};

// Line by line the same words in two languages, 3 to 6 of them.
std::string sentences(const std::array<const char*, 8>& words,
                      std::size_t lines,
                      std::size_t from) {
  std::string text;
  for (std::size_t line = from; line < from + lines; ++line) {
    for (std::size_t k = 0; k < 3 + line % 4; ++k) {
      text += (k == 0 ? "" : " ") + std::string(words[(line * line + 3 * k + line * k) % 8]);
    }
    text += "\n";
  }
  return text;
}

class PairsDesk : public Desk {
 public:
  PairsDesk() {
    std::filesystem::create_directory(path("pairs"));
    write("pairs/train.en", sentences(kWords, 160, 0));
    write("pairs/train.de", sentences(kOther, 160, 0));
    write("pairs/test.en", sentences(kWords, 12, 200));
    write("pairs/test.de", sentences(kOther, 12, 200));
    write("small.toml",
          R"(workers = 4
seed = 2

[data]
name = "translation"
folder = ")" + path("pairs").string() +
              R"("
vocabulary_size = 32
batch_tokens = 64

[model]
name = "transformer"
layers = 1
heads = 2
width = 32
feedforward = 64

[loss]
label_smoothing = 0.1

[topology]
name = "ring"

[algorithm]
name = "dadam"
learning_rate = 0.005

[schedule]
epochs = 6

[evaluation]
every_epochs = 3
bleu = true
)");
  }

  // murmur train small.toml ARGUMENTS
  Ran train(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"train", "small.toml"});
    return run(arguments, {});
  }

  std::vector<json> lines(const std::string& folder) const {
    std::vector<json> all;
    for (const std::string& text : lines_of(read_text(path(folder + "/metrics.jsonl")))) {
      all.push_back(json::parse(text));
    }
    return all;
  }
};

std::string translations(const Desk& desk, const std::string& folder, const json& line) {
  return read_text(
      desk.path(folder + "/translations/step-" + std::to_string(line["step"].get<int>()) + ".txt"));
}

TEST(TrainTranslation, GivesTheSameBitsAndTranslationsOnAnyNumberOfThreadsAndResumed) {
  const PairsDesk desk;
  const Ran one = desk.train({"--threads", "1", "--output", "one"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(last_line(desk.train({"--threads", "2", "--output", "two"})), last_line(one));
  ASSERT_EQ(desk.train({"--output", "parts", "--steps-limit", "5"}).code, 0);
  EXPECT_EQ(last_line(desk.train({"--output", "parts", "--resume"})), last_line(one));
  for (const char* other : {"two", "parts"}) {
    ASSERT_EQ(desk.lines(other).size(), desk.lines("one").size());
    for (std::size_t i = 0; i < desk.lines("one").size(); ++i) {
      const json line = desk.lines("one")[i];
      EXPECT_EQ(desk.lines(other)[i]["eval/bleu_averaged"], line["eval/bleu_averaged"]);
      EXPECT_EQ(translations(desk, other, line), translations(desk, "one", line));
    }
  }
}

TEST(TrainTranslation, LearnsToTranslate) {
  const PairsDesk desk;
  const Ran ran = desk.train(
      {"--set", "schedule.epochs=40", "--set", "evaluation.every_epochs=20", "--output", "run"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::vector<json> lines = desk.lines("run");
  ASSERT_THAT(lines, SizeIs(2));
  const json& last = lines.back();
  EXPECT_GT(last["eval/bleu_averaged"], 30) << translations(desk, "run", last);
  EXPECT_THAT(lines_of(translations(desk, "run", last)), SizeIs(12));
  EXPECT_FALSE(last.contains("eval/perplexity_averaged"));
  // The same of `evaluate`, and of the sentences alone.
  const Ran evaluated = desk.run({"evaluate", "run", "small.toml", "--json"});
  ASSERT_EQ(evaluated.code, 0) << evaluated.err;
  EXPECT_EQ(json::parse(evaluated.out)["eval/bleu_averaged"], last["eval/bleu_averaged"]);
  const Ran predicted = desk.run({"predict", "run", "small.toml", "pairs/test.en"});
  ASSERT_EQ(predicted.code, 0) << predicted.err;
  std::string told;
  for (const std::string& line : lines_of(predicted.out)) {
    told += json::parse(line)["translation"].get<std::string>() + "\n";
  }
  EXPECT_EQ(told, translations(desk, "run", last));
}

TEST(TrainTranslation, TranslatesWhereItIsAsked) {
  const PairsDesk desk;
  const Ran ran = desk.train({"--set",
                              "evaluation.bleu=false",
                              "--set",
                              "evaluation.every_epochs=1",
                              "--set",
                              "schedule.epochs=3",
                              "--output",
                              "none"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  EXPECT_FALSE(std::filesystem::exists(desk.path("none/translations")));
  EXPECT_FALSE(desk.lines("none").back().contains("eval/bleu_averaged"));
  ASSERT_EQ(desk.train({"--set",
                        "evaluation={ every_epochs = 1, bleu_every_epochs = 2 }",
                        "--set",
                        "schedule.epochs=3",
                        "--output",
                        "some"})
                .code,
            0);
  std::vector<bool> translated;
  for (const json& line : desk.lines("some")) {
    translated.push_back(line.contains("eval/bleu_averaged"));
  }
  EXPECT_EQ(translated, (std::vector<bool>{false, true, true}));  // the last line always
  // Longer: what was the last line is none that is asked for.
  ASSERT_EQ(desk.train({"--set",
                        "evaluation={ every_epochs = 1, bleu_every_epochs = 2 }",
                        "--set",
                        "schedule.epochs=4",
                        "--output",
                        "some",
                        "--resume"})
                .code,
            0);
  EXPECT_FALSE(desk.lines("some")[2].contains("eval/bleu_averaged"));
  EXPECT_TRUE(desk.lines("some")[3].contains("eval/bleu_averaged"));
}

TEST(TrainTranslation, IsComparedByBleuAndTunedByTheValidationLoss) {
  const PairsDesk desk;
  const std::string file = read_text(desk.path("small.toml"));
  desk.write("grid.toml", file + R"(
[compare]
metric = "eval/bleu_averaged"
seeds = [1]

[[compare.method]]
label = "DAdam"

[compare.tune]
"algorithm.learning_rate" = [0.001, 0.005]
)");
  const Ran ran = desk.run({"compare",
                            "grid.toml",
                            "--set",
                            "data.validation=0.2",
                            "--set",
                            "schedule.epochs=2",
                            "--output",
                            "grid"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json all = json::parse(read_text(desk.path("grid/comparison.json")));
  EXPECT_EQ(all["tuned_by"], "validation/loss_averaged");
  EXPECT_EQ(all["lower_is_better"], false);
}

TEST(TrainTranslation, RefusesBleuOfOtherTasks) {
  const TrainingDesk desk;
  const Ran ran = desk.train({"--set", "evaluation.bleu=true"});
  EXPECT_EQ(ran.code, 2);
  EXPECT_THAT(ran.err, HasSubstr("evaluation.bleu scores translations"));
}

}  // namespace
}  // namespace murmur::testing
