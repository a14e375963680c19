// SPDX-License-Identifier: Apache-2.0
// Arrays of a user's own, as classes and as a regression, from a file to the metrics of a run.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/npz.h"
#include "tests/training/small_world.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

// 256 training and 64 test examples of 5 numbers in [-1, 1], with 2 targets: x_0 + x_1, x_2 x_3.
struct Numbers {
  explicit Numbers(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<float> row;
      for (std::size_t k = 0; k < 5; ++k) {
        row.push_back(static_cast<float>((i * 37 + k * 101 + i * k * 13) % 201) / 100 - 1);
      }
      x.insert(x.end(), row.begin(), row.end());
      y.push_back(static_cast<double>(row[0] + row[1]));
      y.push_back(static_cast<double>(row[2] * row[3]));
    }
  }
  std::vector<float> x;
  std::vector<double> y;
};

NamedBytes regression() {
  const Numbers train(256);
  const Numbers test(64);
  return {{"train_x", npy("<f4", "(256, 5)", raw(train.x))},
          {"train_y", npy("<f8", "(256, 2)", raw(train.y))},
          {"test_x", npy("<f4", "(64, 5)", raw(test.x))},
          {"test_y", npy("<f8", "(64, 2)", raw(test.y))}};
}

class ArraysDesk : public TrainingDesk {
 public:
  // The images of small_run.h: pixels, and labels as 64 bits.
  std::string pixels(const std::string& part) const {
    return read_text(path("images/" + part + "-images-idx3-ubyte")).substr(16);
  }
  std::vector<std::int64_t> labels(const std::string& part) const {
    const std::string bytes = read_text(path("images/" + part + "-labels-idx1-ubyte")).substr(8);
    return {bytes.begin(), bytes.end()};
  }
  NamedBytes images() const {
    return {{"train_x", npy("|u1", "(256, 8, 8)", pixels("train"))},
            {"train_y", npy("<i8", "(256,)", raw(labels("train")))},
            {"test_x", npy("|u1", "(64, 1, 8, 8)", pixels("t10k"))},
            {"test_y", npy("<i8", "(64,)", raw(labels("t10k")))}};
  }

  static std::vector<std::string> of_file(const std::string& file,
                                          const std::vector<std::string>& more = {}) {
    std::vector<std::string> arguments{
        "--set", "data.name=arrays", "--set", "data.file=" + file, "--set", "data.partition=iid"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  Ran train_on(const std::string& file, const std::vector<std::string>& more = {}) const {
    return train(of_file(file, more));
  }
  json summary(const std::string& folder) const {
    return json::parse(read_text(path(folder + "/summary.json")));
  }
};

// The same images and labels are the same data, and so the same run, however they are stored.
TEST(ArraysRun, OfImagesIsTheRunOfTheirIdxFiles) {
  const ArraysDesk desk;
  NamedBytes images = desk.images();
  images[2].second = npy("|u1", "(64, 8, 8)", desk.pixels("t10k"));
  const Ran idx = desk.train({"--output", "idx"});
  ASSERT_EQ(idx.code, 0) << idx.err;
  const auto of = [&](const std::string& part, const char* name) {
    return std::vector<SmallTensor>{{std::string(name) + "_x",
                                     "U8",
                                     part == "train" ? "[256,8,8]" : "[64,1,8,8]",
                                     desk.pixels(part)},
                                    {std::string(name) + "_y",
                                     "I64",
                                     part == "train" ? "[256]" : "[64]",
                                     raw(desk.labels(part))}};
  };
  std::vector<SmallTensor> tensors = of("train", "train");
  for (const SmallTensor& tensor : of("t10k", "test")) {
    tensors.push_back(tensor);
  }
  tensors[2].shape = "[64,8,8]";
  desk.write("stored.npz", npz(images));
  desk.write("deflated.npz", npz(images, {.deflate = true}));
  desk.write("a.safetensors", safetensors(tensors));
  for (const char* file : {"stored.npz", "deflated.npz", "a.safetensors"}) {
    const Ran ran = desk.train({"--output",
                                file + std::string(" run"),
                                "--set",
                                "data.name=arrays",
                                "--set",
                                std::string("data.file=") + file});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_EQ(last_line(ran), last_line(idx)) << file;
    EXPECT_EQ(desk.summary(file + std::string(" run"))["data_digest"],
              desk.summary("idx")["data_digest"]);
  }
}

// Images of 12 x 12 with two channels, as bytes and as floats.
TEST(ArraysRun, TakesImagesThroughConvolutions) {
  const ArraysDesk desk;
  const auto write = [&](const std::string& file, const std::string& descr, const auto& number) {
    NamedBytes arrays;
    for (const auto& [part, count] : {std::pair{"train", 64}, {"test", 16}}) {
      std::vector<std::remove_cvref_t<decltype(number)>> pixels;
      std::vector<std::uint8_t> labels;
      for (int i = 0; i < count * 288; ++i) {
        pixels.push_back(static_cast<std::remove_cvref_t<decltype(number)>>(i * 7 % 251));
      }
      for (int i = 0; i < count; ++i) {
        labels.push_back(static_cast<std::uint8_t>(i % 3));
      }
      const std::string rows = std::to_string(count);
      arrays.emplace_back(std::string(part) + "_x",
                          npy(descr, "(" + rows + ", 2, 12, 12)", raw(pixels)));
      arrays.emplace_back(std::string(part) + "_y", npy("|u1", "(" + rows + ",)", raw(labels)));
    }
    desk.write(file, npz(arrays));
  };
  write("bytes.npz", "|u1", std::uint8_t{});
  write("floats.npz", "<f4", float{});
  for (const auto& [file, augment] :
       {std::pair{"bytes.npz", "false"}, {"bytes.npz", "true"}, {"floats.npz", "false"}}) {
    const Ran ran = desk.train_on(file,
                                  {"--output",
                                   std::string(file) + augment,
                                   "--set",
                                   "model.name=lenet",
                                   "--set",
                                   std::string("data.augment=") + augment,
                                   "--set",
                                   "algorithm.learning_rate=1e-5",
                                   "--steps-limit",
                                   "3"});
    EXPECT_EQ(ran.code, 0) << file << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("eval/accuracy_averaged"));
  }
}

TEST(ArraysRun, OfARegressionMeasuresRmse) {
  const ArraysDesk desk;
  desk.write("a.npz", npz(regression()));
  for (const char* model : {"logistic", "mlp"}) {
    const Ran ran =
        desk.train_on("a.npz", {"--output", model, "--set", std::string("model.name=") + model});
    ASSERT_EQ(ran.code, 0) << ran.err;
    EXPECT_THAT(ran.out, HasSubstr("eval/rmse_local_mean"));
    const json final = desk.summary(model)["final"];
    EXPECT_FALSE(final.contains("eval/accuracy_averaged"));
    const double rmse = final["eval/rmse_averaged"];
    EXPECT_NEAR(rmse * rmse, final["eval/loss_averaged"].get<double>(), 1e-12);
    EXPECT_LE(final["eval/rmse_local_mean"].get<double>(),
              final["eval/rmse_local_max"].get<double>());
    EXPECT_GE(final["eval/rmse_local_std"].get<double>(), 0);
    const json best = desk.summary(model)["best"]["eval/rmse_averaged"];
    const std::vector<std::string> lines =
        lines_of(read_text(desk.path(std::string(model) + "/metrics.jsonl")));
    double least = rmse;
    for (const std::string& line : lines) {
      least = std::min(least, json::parse(line)["eval/rmse_averaged"].get<double>());
    }
    EXPECT_EQ(best["value"], least);
    EXPECT_LT(least, 0.6) << "the targets have a deviation of 0.8 and 0.3";
    EXPECT_FALSE(std::filesystem::exists(desk.path(std::string(model) + "/partition.json")));
    EXPECT_THAT(read_text(desk.path(std::string(model) + "/report.html")),
                AllOf(HasSubstr("RMSE on the test set"), Not(HasSubstr("Accuracy"))));
  }
}

TEST(ArraysRun, HasTheSameBitsOnTwoThreadsAndAfterAStop) {
  const ArraysDesk desk;
  desk.write("a.npz", npz(regression(), {.deflate = true}));
  const Ran one = desk.train_on("a.npz", {"--output", "one", "--threads", "1"});
  ASSERT_EQ(one.code, 0) << one.err;
  EXPECT_EQ(last_line(desk.train_on("a.npz", {"--output", "two", "--threads", "2"})),
            last_line(one));
  ASSERT_EQ(desk.train_on("a.npz", {"--output", "part", "--steps-limit", "13"}).code, 0);
  std::filesystem::rename(desk.path("a.npz"), desk.path("b.npz"));
  const Ran rest = desk.train_on("b.npz", {"--output", "part", "--resume"});
  EXPECT_EQ(rest.code, 0) << rest.err;
  EXPECT_EQ(last_line(rest), last_line(one)) << "where the file lies does not matter";
  NamedBytes other = regression();
  other.back().second.back() ^= 1;
  desk.write("c.npz", npz(other));
  const Ran refused = desk.train_on("c.npz", {"--output", "part", "--resume"});
  EXPECT_EQ(refused.code, 6) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("the content of its data differs"));
}

class ArraysWorld : public ::testing::TestWithParam<Launcher> {};

TEST_P(ArraysWorld, HasTheBitsOfOneProcess) {
  const ArraysDesk desk;
  desk.write("a.npz", npz(regression()));
  const Ran one = desk.train_on("a.npz", {"--output", "one"});
  ASSERT_EQ(one.code, 0) << one.err;
  const Ran ran =
      train_in_world(desk, GetParam(), 3, ArraysDesk::of_file("a.npz", {"--output", "three"}));
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(last_line(ran), last_line(one));
  EXPECT_EQ(desk.summary("three")["final"]["eval/rmse_local_std"],
            desk.summary("one")["final"]["eval/rmse_local_std"]);
}

INSTANTIATE_TEST_SUITE_P(Launchers,
                         ArraysWorld,
                         ::testing::ValuesIn(launchers()),
                         [](const auto& info) { return info.param.name; });

struct Wrong {
  const char* name;
  std::size_t which;  // train_x, train_y, test_x, test_y
  std::string array;
  std::string complaint;
};

TEST(ArraysErrors, NameTheArrayAndTheRow) {
  const ArraysDesk desk;
  Numbers numbers(256);
  numbers.x[5 * 17 + 2] = std::nanf("");
  std::vector<std::int64_t> negative = desk.labels("train");
  negative[31] = -1;
  std::vector<std::int64_t> unknown = desk.labels("t10k");
  unknown[63] = 4;
  const std::vector<Wrong> of_images{
      {"negative",
       1,
       npy("<i8", "(256,)", raw(negative)),
       "train_y: row 31 holds -1; allowed are classes from 0"},
      {"unknown",
       3,
       npy("<i8", "(64,)", raw(unknown)),
       "test_y: row 63 holds 4; allowed are classes from 0 to 3, the largest of the training"},
      {"rows",
       1,
       npy("<i8", "(255,)", raw(desk.labels("train")).substr(8)),
       "train_y: it has 255 rows, but train_x has 256"},
      {"size",
       2,
       npy("|u1", "(128, 4, 8)", desk.pixels("t10k")),
       "test_y: it has 64 rows, but test_x has 128"},
      {"other shape",
       2,
       npy("|u1", "(64, 4, 16)", desk.pixels("t10k")),
       "test_x: it is U8 of shape (64, 4, 16), but train_x is U8 of shape (256, 8, 8)"},
      {"vectors of bytes",
       0,
       npy("|u1", "(256, 64)", desk.pixels("train")),
       "train_x: it is U8 of shape (256, 64); allowed are images"},
      {"signed pixels", 0, npy("|i1", "(256, 8, 8)", desk.pixels("train")), "train_x: it is I8"},
      {"truth values",
       3,
       npy("|b1", "(64,)", std::string(64, '\1')),
       "test_y: it is BOOL of shape (64); allowed are classes"},
      {"columns of labels",
       3,
       npy("<i8", "(64, 1)", raw(unknown)),
       "test_y: it is I64 of shape (64, 1); allowed are classes"},
      {"kinds of targets",
       3,
       npy("<f8", "(64,)", raw(std::vector<double>(64))),
       "test_y: it is F64 of shape (64), but train_y is I64"},
      {"empty", 1, npy("<i8", "(0,)", ""), "there is no example"},
      {"pickled",
       1,
       npy("|O", "(256,)", raw(negative)),
       "array 'train_y': it holds pickled Python objects"}};
  NamedBytes images = desk.images();
  images[2].second = npy("|u1", "(64, 8, 8)", desk.pixels("t10k"));
  for (const Wrong& wrong : of_images) {
    NamedBytes changed = images;
    changed[wrong.which].second = wrong.array;
    desk.write("a.npz", npz(changed));
    const Ran ran = desk.train_on("a.npz", {"--output", "a"});
    EXPECT_EQ(ran.code, 3) << wrong.name << ran.err;
    EXPECT_THAT(ran.err, AllOf(HasSubstr("a.npz: "), HasSubstr(wrong.complaint))) << wrong.name;
  }
  NamedBytes with_nan = regression();
  with_nan[0].second = npy("<f4", "(256, 5)", raw(numbers.x));
  desk.write("a.npz", npz(with_nan));
  const Ran nan = desk.train_on("a.npz", {"--output", "a"});
  EXPECT_EQ(nan.code, 3) << nan.err;
  EXPECT_THAT(nan.err, HasSubstr("a.npz: train_x: row 17 holds nan; allowed are finite numbers"));
  images.pop_back();
  desk.write("a.npz", npz(images));
  EXPECT_THAT(desk.train_on("a.npz", {"--output", "a"}).err,
              HasSubstr("there is no array 'test_y'; there are: train_x, train_y, test_x"));
  EXPECT_EQ(desk.train_on("none.npz", {"--output", "a"}).code, 3);
  EXPECT_FALSE(std::filesystem::exists(desk.path("a")));
}

TEST(ArraysErrors, SayWhatTheseExamplesDoNotAllow) {
  const ArraysDesk desk;
  desk.write("a.npz", npz(regression()));
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"--set", "data.augment=true"}, "'flip' needs images, and these examples are numbers"},
      {{"--set", "data.partition=dirichlet"},
       "\"dirichlet\" divides by label, and these examples have no labels; partitions without "
       "labels are iid, origin, natural, file, replicate"},
      {{"--set", "loss.label_smoothing=0.1"}, "loss.label_smoothing = 0.1 is for classes"},
      {{"--set", "model.name=lenet"}, "does not fit"},
      {{"--set", "data.file=a.csv"}, "must be a file that ends in .safetensors or .npz"}};
  for (const auto& [arguments, complaint] : wrong) {
    for (const char* command : {"train", "plan"}) {
      std::vector<std::string> all{command, "small.toml"};
      const auto more = ArraysDesk::of_file("a.npz", arguments);
      all.insert(all.end(), more.begin(), more.end());
      if (command == std::string("train")) {
        all.insert(all.end(), {"--output", "a"});
      }
      const Ran ran = desk.run(all);
      EXPECT_EQ(ran.code, 2) << complaint << ran.err;
      EXPECT_THAT(ran.err, HasSubstr(complaint)) << command;
    }
  }
  const Ran missing =
      desk.run({"train", "small.toml", "--set", "data.name=arrays", "--output", "a"});
  EXPECT_EQ(missing.code, 2);
  EXPECT_THAT(missing.err, HasSubstr("data.file is missing"));
  const Ran other = desk.train({"--set", "data.file=a.npz", "--output", "a"});
  EXPECT_EQ(other.code, 2);
  EXPECT_THAT(other.err, HasSubstr("'idx' does not have it; it is an option of arrays"));
}

TEST(ArraysCommands, PlanAndDataKnowThem) {
  const ArraysDesk desk;
  desk.write("a.npz", npz(regression()));
  std::vector<std::string> plan{"plan", "small.toml", "--json"};
  const auto more = ArraysDesk::of_file("a.npz");
  plan.insert(plan.end(), more.begin(), more.end());
  const Ran planned = desk.run(plan);
  ASSERT_EQ(planned.code, 0) << planned.err;
  // 320 rows of 5 floats and 2 doubles.
  EXPECT_THAT(planned.out, HasSubstr(std::to_string(320 * (5 * 4 + 2 * 8))));
  for (const char* key : {"data.file", "file"}) {
    const Ran data = desk.run({"data", "arrays", "--set", key + std::string("=a.npz")});
    EXPECT_EQ(data.code, 0) << data.err;
    EXPECT_THAT(data.out,
                HasSubstr("256 training and 64 test examples: arrays of 1 x 1 x 5, 2 targets"));
  }
  const Ran none = desk.run({"data", "arrays"});
  EXPECT_EQ(none.code, 3);
  EXPECT_THAT(none.out, HasSubstr("no file was given"));
  EXPECT_EQ(desk.run({"data", "arrays", "--set", "data.folder=."}).code, 2);
}

TEST(ArraysCommands, CompareTakesTheFirstMetricOfTheTask) {
  const ArraysDesk desk;
  desk.write("a.npz", npz(regression()));
  desk.write(
      "grid.toml",
      read_text(desk.path("small.toml")) +
          "[[compare.method]]\nlabel = \"fast\"\nset = { \"algorithm.learning_rate\" = 0.05 }\n"
          "[[compare.method]]\nlabel = \"slow\"\nset = { \"algorithm.learning_rate\" = 1e-6 }\n");
  std::vector<std::string> arguments{"compare", "grid.toml", "--json"};
  const auto more = ArraysDesk::of_file("a.npz");
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Ran ran = desk.run(arguments);
  ASSERT_EQ(ran.code, 0) << ran.err;
  const json comparison = json::parse(ran.out);
  EXPECT_EQ(comparison["metric"], "eval/rmse_local_mean");
  EXPECT_EQ(comparison["lower_is_better"], true);
  for (const json& cell : comparison["cells"]) {
    EXPECT_EQ(cell["best"], cell["method"] == "fast") << cell;
  }
  EXPECT_EQ(desk.run({"report", "runs/grid"}).code, 0);
}

}  // namespace
}  // namespace murmur::testing
