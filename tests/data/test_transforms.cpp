// SPDX-License-Identifier: Apache-2.0
// Laws over all transforms, and each against its definition.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/transforms/transform.h"

namespace murmur::data {
namespace {

using Pixels = std::vector<std::uint8_t>;

constexpr ImageShape kShape{2, 3, 4};

Pixels image() {
  Pixels pixels(24);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>(i + 1);
  }
  return pixels;
}

Pixels applied(const std::vector<TransformChoice>& choices,
               const Pixels& pixels,
               const Random& random,
               std::size_t place) {
  ImageTransforms::Scratch scratch;
  const auto out = ImageTransforms(choices).apply({kShape, pixels}, random, place, kShape, scratch);
  return {out.begin(), out.end()};
}

Pixels alone(const TransformChoice& choice, const Pixels& pixels, const Draws& draws) {
  Pixels out(pixels.size());
  const TransformInfo& info = *find_transform(choice.name);
  if (info.resize != nullptr) {
    info.resize({kShape, pixels}, draws, kShape, out);
  } else {
    info.of_image({kShape, pixels}, choice.options, draws, out);
  }
  return out;
}

std::vector<TransformChoice> each() {
  std::vector<std::string> names;
  for (const TransformInfo& info : transforms()) {
    names.push_back(info.name);
  }
  return default_transforms(names);
}

TEST(Transforms, HaveNamesOfTheirOwnAndSayWhatTheyDo) {
  std::set<std::string> names;
  for (const TransformInfo& info : transforms()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.summary.empty()) << info.name;
    EXPECT_EQ(find_transform(info.name), &info);
    EXPECT_NE(info.of_image == nullptr, info.resize == nullptr) << info.name;
  }
  EXPECT_EQ(find_transform("nothing"), nullptr);
}

TEST(Transforms, AreTheImageItselfIfThereAreNone) {
  const Pixels pixels = image();
  ImageTransforms::Scratch scratch;
  const auto out =
      ImageTransforms({}).apply({kShape, pixels}, Random(1, Stream::kAugment), 3, kShape, scratch);
  EXPECT_EQ(out.data(), pixels.data());
  EXPECT_EQ(out.size(), pixels.size());
}

TEST(Transforms, AreOneAfterTheOtherWithDrawsOfTheirOwn) {
  const Pixels pixels = image();
  for (const TransformChoice& first : each()) {
    const std::uint64_t of_first = find_transform(first.name)->draws;
    for (const TransformChoice& second : each()) {
      const std::uint64_t of_both = of_first + find_transform(second.name)->draws;
      for (std::int64_t step = 0; step < 50; ++step) {
        const Random random(3, Stream::kAugment, 1, step);
        for (const std::size_t place : {0U, 1U, 5U}) {
          const Pixels once = alone(first, pixels, {random, of_first * place});
          EXPECT_EQ(applied({first}, pixels, random, place), once) << first.name;
          const Pixels in_front = alone(first, pixels, {random, of_both * place});
          EXPECT_EQ(applied({first, second}, pixels, random, place),
                    alone(second, in_front, {random, of_both * place + of_first}))
              << first.name << " " << second.name;
        }
      }
    }
  }
}

// Each takes as many draws as it says: the numbers after these do not matter.
TEST(Transforms, ArePureFunctionsOfTheImageAndTheirDraws) {
  const Pixels pixels = image();
  for (const TransformChoice& choice : each()) {
    std::set<Pixels> results;
    for (std::int64_t step = 0; step < 200; ++step) {
      const Random random(1, Stream::kAugment, 0, step);
      const Pixels once = alone(choice, pixels, {random, 0});
      EXPECT_EQ(alone(choice, pixels, {random, 0}), once) << choice.name;
      results.insert(once);
    }
    EXPECT_GT(results.size(), 1U) << choice.name;
  }
}

TEST(Flip, ExchangesLeftAndRightOfHalfTheImages) {
  const Pixels pixels = image();
  const TransformChoice flip = default_transforms({"flip"}).front();
  Pixels mirrored = pixels;
  for (std::size_t row = 0; row < mirrored.size(); row += 4) {
    std::reverse(mirrored.begin() + static_cast<std::ptrdiff_t>(row),
                 mirrored.begin() + static_cast<std::ptrdiff_t>(row + 4));
  }
  int flips = 0;
  constexpr int kDraws = 9000;
  const Random random(1, Stream::kAugment, 2, 3);
  for (std::size_t place = 0; place < kDraws; ++place) {
    const Pixels out = applied({flip}, pixels, random, place);
    EXPECT_TRUE(out == pixels || out == mirrored);
    flips += out == mirrored ? 1 : 0;
  }
  EXPECT_NEAR(flips, kDraws / 2, 200);  // standard deviation 47
}

// The image inside a border of `padding`, and all windows of its own size in that.
std::vector<Pixels> windows(const Pixels& pixels, std::int64_t padding) {
  const auto [channels, rows, columns] = kShape;
  std::vector<Pixels> all;
  for (std::int64_t down = -padding; down <= padding; ++down) {
    for (std::int64_t right = -padding; right <= padding; ++right) {
      Pixels window;
      for (std::int64_t line = 0; line < channels * rows; ++line) {
        for (std::int64_t column = 0; column < columns; ++column) {
          const std::int64_t row = line % rows + down;
          const std::int64_t from = column + right;
          const bool inside = row >= 0 && row < rows && from >= 0 && from < columns;
          const std::int64_t at = (line / rows * rows + row) * columns + from;
          window.push_back(inside ? pixels[static_cast<std::size_t>(at)] : std::uint8_t{0});
        }
      }
      all.push_back(std::move(window));
    }
  }
  return all;
}

TEST(Crop, TakesEveryWindowOfTheImageInItsBorderAlikeOften) {
  const Pixels pixels = image();
  for (const std::int64_t padding : {1, 2, 6}) {
    TransformChoice crop = default_transforms({"crop"}).front();
    crop.options.set("padding", padding);
    const std::vector<Pixels> all = windows(pixels, padding);
    std::map<Pixels, double> expected;
    for (const Pixels& window : all) {
      expected[window] += 1.0 / static_cast<double>(all.size());
    }
    std::map<Pixels, double> found;
    constexpr int kDraws = 20000;
    const Random random(1, Stream::kAugment, 2, 3);
    for (std::size_t place = 0; place < kDraws; ++place) {
      found[applied({crop}, pixels, random, place)] += 1.0 / kDraws;
    }
    ASSERT_EQ(found.size(), expected.size()) << padding;
    for (const auto& [window, share] : expected) {
      EXPECT_NEAR(found[window], share, 6 * std::sqrt(share / kDraws)) << padding;
    }
  }
}

}  // namespace
}  // namespace murmur::data
