// SPDX-License-Identifier: Apache-2.0
// murmur predict: what a model says of new inputs, and what it refuses.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/support/npz.h"
#include "tests/training/small_run.h"
#include "tests/training/text_run.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::SizeIs;

std::vector<json> predictions(const Ran& ran) {
  std::vector<json> all;
  for (const std::string& line : lines_of(ran.out)) {
    all.push_back(json::parse(line));
  }
  return all;
}

// The first test images of small_run.h, of which image i has class i mod 4.
std::string test_images(std::uint32_t count) {
  std::string pixels;
  for (std::uint32_t i = 0; i < count; ++i) {
    for (std::uint32_t k = 0; k < 64; ++k) {
      const std::uint32_t noise = (i * 37 + k * 101 + i * k * 13) % 90;
      pixels.push_back(static_cast<char>((k / 8 % 4 == i % 4 ? 150 : 20) + noise));
    }
  }
  return pixels;
}

TEST(Predict, GivesClassesAndProbabilitiesOfImages) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "run"}).code, 0);
  desk.write("new.npz", npz({{"x", npy("|u1", "(20, 8, 8)", test_images(20))}}));
  const Ran ran = desk.run({"predict", "run", "small.toml", "new.npz"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::vector<json> all = predictions(ran);
  ASSERT_EQ(all.size(), 20U);
  int correct = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto probabilities = all[i]["probabilities"].get<std::vector<double>>();
    ASSERT_EQ(probabilities.size(), 4U);
    double sum = 0;
    for (const double p : probabilities) {
      sum += p;
    }
    EXPECT_NEAR(sum, 1, 1e-12);
    const auto best = std::ranges::max_element(probabilities) - probabilities.begin();
    EXPECT_EQ(all[i]["class"], best);
    correct += best == static_cast<std::ptrdiff_t>(i % 4) ? 1 : 0;
  }
  EXPECT_GE(correct, 15);
  // The same of an exported file.
  ASSERT_EQ(desk.run({"export", "run", "--average", "--output", "one.safetensors"}).code, 0);
  EXPECT_EQ(desk.run({"predict", "one.safetensors", "small.toml", "new.npz"}).out, ran.out);
}

TEST(Predict, SaysWhatDoesNotFit) {
  const TrainingDesk desk;
  ASSERT_EQ(desk.train({"--output", "run", "--steps-limit", "1"}).code, 0);
  desk.write("wide.npz", npz({{"x", npy("|u1", "(2, 8, 9)", std::string(144, 'a'))}}));
  const Ran wide = desk.run({"predict", "run", "small.toml", "wide.npz"});
  EXPECT_EQ(wide.code, 3);
  EXPECT_THAT(wide.err,
              HasSubstr("x is U8 of shape (2, 8, 9); wanted is U8 with rows of (1, 8, 8)"));
  const Ran missing = desk.run({"predict", "run", "small.toml", "nothing.npz"});
  EXPECT_EQ(missing.code, 3);
  EXPECT_THAT(missing.err, HasSubstr("nothing.npz"));
  desk.write("new.npz", npz({{"x", npy("|u1", "(1, 8, 8)", std::string(64, 'a'))}}));
  const Ran tokens = desk.run({"predict", "run", "small.toml", "new.npz", "--tokens", "3"});
  EXPECT_EQ(tokens.code, 2);
  EXPECT_THAT(tokens.err, HasSubstr("--tokens"));
  EXPECT_EQ(desk.run({"predict", "run", "small.toml"}).code, 2);
}

TEST(Predict, GoesOnWithTexts) {
  const TextDesk desk;
  ASSERT_EQ(desk.train({"--output", "run"}).code, 0);
  desk.write("prompts.txt", "the bird\nother\n");
  const std::vector<std::string> command{
      "predict", "run", "small.toml", "prompts.txt", "--tokens", "12"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return desk.run(more);
  };
  const Ran greedy = with({});
  ASSERT_EQ(greedy.code, 0) << greedy.err;
  const std::vector<json> all = predictions(greedy);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["text"], "the bird");
  EXPECT_EQ(all[1]["continuation"].get<std::string>().size(), 12U);
  const Ran drawn = with({"--temperature", "2"});
  EXPECT_NE(drawn.out, greedy.out);
  EXPECT_EQ(with({"--temperature", "2"}).out, drawn.out);
  EXPECT_NE(with({"--temperature", "2", "--set", "seed=3"}).out, drawn.out);
  desk.write("empty.txt", "one\n\n");
  const Ran empty = desk.run({"predict", "run", "small.toml", "empty.txt"});
  EXPECT_EQ(empty.code, 3);
  EXPECT_THAT(empty.err, HasSubstr("line 2 is empty"));
  desk.write("other.txt", "QQ\n");
  EXPECT_EQ(desk.run({"predict", "run", "small.toml", "other.txt"}).code, 3);
}

}  // namespace
}  // namespace murmur::testing
