// SPDX-License-Identifier: Apache-2.0
// What a source gives, against the plain formulas: bit for bit where images are concerned.
#include <algorithm>
#include <cmath>
#include <numeric>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/number_arrays.h"
#include "murmur/data/source.h"

namespace murmur::data {
namespace {

// 7 images of 2 channels, 3 x 5, each with bytes of its own.
Dataset images() {
  constexpr std::int64_t kCount = 7;
  Bytes pixels;
  Bytes labels;
  const Random random(1, Stream::kTest);
  for (std::uint64_t i = 0; i < kCount * 30; ++i) {
    pixels.push_back(static_cast<std::uint8_t>(random.below(i, 256)));
  }
  for (std::int64_t i = 0; i < kCount; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i % 3));
  }
  Dataset dataset;
  dataset.training = labelled_images({2, 3, 5}, std::move(pixels), std::move(labels));
  dataset.test = dataset.training;
  dataset.classes = 3;
  dataset.mean = {0.4914, 0.25};
  dataset.deviation = {0.2023, 2.0};
  return dataset;
}

// A flip with probability 1/2 and then a crop out of a black border of 4, pixel by pixel, as image
// datasets were augmented before there were transforms.
std::vector<std::uint8_t> flipped_and_cropped(std::span<const std::uint8_t> image,
                                              const Random& draws,
                                              std::uint64_t place) {
  constexpr std::int64_t kRows = 3;
  constexpr std::int64_t kColumns = 5;
  const bool flip = draws.below(3 * place, 2) == 1;
  const auto down = static_cast<std::int64_t>(draws.below(3 * place + 1, 9)) - 4;
  const auto right = static_cast<std::int64_t>(draws.below(3 * place + 2, 9)) - 4;
  std::vector<std::uint8_t> out;
  for (std::int64_t line = 0; line < 2 * kRows; ++line) {
    for (std::int64_t column = 0; column < kColumns; ++column) {
      const std::int64_t row = line % kRows + down;
      const std::int64_t from = column + right;
      const bool inside = row >= 0 && row < kRows && from >= 0 && from < kColumns;
      const std::int64_t source =
          (line / kRows * kRows + row) * kColumns + (flip ? kColumns - 1 - from : from);
      out.push_back(inside ? image[static_cast<std::size_t>(source)] : std::uint8_t{0});
    }
  }
  return out;
}

template <class S>
class SourceOf : public ::testing::Test {};
using Precisions = ::testing::Types<float, double>;
TYPED_TEST_SUITE(SourceOf, Precisions);

TYPED_TEST(SourceOf, ImagesHasTheBitsOfTheFormula) {
  using S = TypeParam;
  const auto dataset = std::make_shared<const Dataset>(images());
  const std::span<const std::uint8_t> pixels = dataset->training.column(kInputs).bytes;
  const auto source =
      make_source<S>(dataset, Part::kTraining, default_transforms({"flip", "crop"}));
  const std::vector<std::int32_t> which{6, 0, 3, 3, 1, 5};
  Batch<S> batch;
  for (std::int64_t step = 0; step < 20; ++step) {
    const Random draws(5, Stream::kAugment, 2, step);
    for (const bool augment : {false, true}) {
      source->gather(which, augment ? &draws : nullptr, batch);
      ASSERT_EQ(batch.count, 6);
      const std::span<const S> numbers = batch.column(kInputs).numbers.values();
      ASSERT_EQ(numbers.size(), 6U * 30);
      for (std::size_t place = 0; place < which.size(); ++place) {
        const auto image = pixels.subspan(30 * static_cast<std::size_t>(which[place]), 30);
        const std::vector<std::uint8_t> expected =
            augment ? flipped_and_cropped(image, draws, place)
                    : std::vector<std::uint8_t>(image.begin(), image.end());
        for (std::size_t i = 0; i < 30; ++i) {
          const std::size_t channel = i / 15;
          const S scale = static_cast<S>(1.0 / (255.0 * dataset->deviation[channel]));
          const S shift = static_cast<S>(-dataset->mean[channel] / dataset->deviation[channel]);
          // One rounding per operation.
          volatile S product = scale * static_cast<S>(expected[i]);
          ASSERT_EQ(numbers[30 * place + i], product + shift) << step << " " << place << " " << i;
        }
      }
    }
  }
  EXPECT_EQ(batch.column(kTargets).integers, (std::vector<std::int32_t>{0, 0, 0, 0, 1, 2}));
  EXPECT_EQ(batch.column(kInputs).shape, (std::vector<std::int64_t>{2, 3, 5}));
}

TYPED_TEST(SourceOf, NumbersTakesThemAsTheyAre) {
  using S = TypeParam;
  const std::vector<float> x{1.5F, -2, 3e-40F, 4, 5, 6};
  const std::vector<double> y{0.1, 1e300, -3};
  const auto bytes_of = [](const auto& values) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(values.data());
    return Bytes(begin, begin + values.size() * sizeof(values[0]));
  };
  Dataset dataset;
  dataset.task = Task::kRegression;
  dataset.test.columns = {
      {.name = "x", .dtype = files::Dtype::kF32, .shape = {2}, .bytes = bytes_of(x)},
      {.name = "y", .dtype = files::Dtype::kF64, .shape = {}, .bytes = bytes_of(y)}};
  const auto source =
      make_source<S>(std::make_shared<const Dataset>(std::move(dataset)), Part::kTest);
  EXPECT_EQ(source->count(), 3);
  Batch<S> batch;
  source->gather(std::vector<std::int32_t>{2, 0}, nullptr, batch);
  EXPECT_THAT(batch.column("x").numbers.values(),
              ::testing::ElementsAre(S(5), S(6), S(1.5), S(-2)));
  EXPECT_THAT(batch.column("y").numbers.values(),
              ::testing::ElementsAre(S(-3), static_cast<S>(0.1)));
  EXPECT_TRUE(batch.column("y").integers.empty());
}

TYPED_TEST(SourceOf, PairsGivesWhatADecoderGets) {
  using S = TypeParam;
  RaggedRows sources;
  RaggedRows targets;
  for (const auto& [source, target] :
       {std::pair<std::vector<std::int32_t>, std::vector<std::int32_t>>{{5, 6, 3}, {7, 3}},
        {{3}, {8, 9, 10, 3}},
        {{4, 3}, {3}}}) {
    sources.add(source);
    targets.add(target);
  }
  Dataset dataset;
  dataset.task = Task::kTranslation;
  dataset.vocabulary = std::make_shared<const Vocabulary>(
      "sentencepiece", std::vector<std::string>{"<pad>", "<unk>", "<s>", "</s>", "a"});
  dataset.training.columns.push_back(std::move(sources).column("x"));
  dataset.training.columns.push_back(std::move(targets).column("y"));
  const auto source =
      make_source<S>(std::make_shared<const Dataset>(std::move(dataset)), Part::kTraining);
  using Numbers = std::vector<std::int32_t>;
  Batch<S> batch;
  source->gather(Numbers{2, 1, 0}, nullptr, batch);
  ASSERT_EQ(batch.columns.size(), 3U);
  EXPECT_EQ(batch.column(kInputs).integers, (Numbers{4, 3, 0, 3, 0, 0, 5, 6, 3}));
  EXPECT_EQ(batch.column(kInputs).lengths, (Numbers{2, 1, 3}));
  EXPECT_EQ(batch.column(kTargets).integers, (Numbers{3, 0, 0, 0, 8, 9, 10, 3, 7, 3, 0, 0}));
  EXPECT_EQ(batch.column(kDecoderInputs).integers, (Numbers{2, 0, 0, 0, 2, 8, 9, 10, 2, 7, 0, 0}));
  EXPECT_EQ(batch.column(kTargets).lengths, (Numbers{1, 4, 2}));
  EXPECT_EQ(batch.column(kDecoderInputs).lengths, batch.column(kTargets).lengths);
  EXPECT_EQ(batch.column(kDecoderInputs).shape, batch.column(kTargets).shape);
  source->gather(Numbers{0}, nullptr, batch);
  EXPECT_EQ(batch.column(kDecoderInputs).integers, (Numbers{2, 7}));
}

// A batch is used again and again with other numbers of examples.
TYPED_TEST(SourceOf, AnythingFillsABatchThatWasLargerOrSmaller) {
  using S = TypeParam;
  const auto source = make_source<S>(std::make_shared<const Dataset>(images()), Part::kTraining);
  Batch<S> used;
  for (const std::size_t count : {3U, 7U, 1U, 0U, 5U}) {
    std::vector<std::int32_t> which(count);
    std::iota(which.begin(), which.end(), 0);
    Batch<S> fresh;
    source->gather(which, nullptr, fresh);
    source->gather(which, nullptr, used);
    EXPECT_EQ(used.count, fresh.count);
    EXPECT_TRUE(
        std::ranges::equal(used.column("x").numbers.values(), fresh.column("x").numbers.values()));
    EXPECT_EQ(used.column("y").integers, fresh.column("y").integers);
    const auto address = reinterpret_cast<std::uintptr_t>(used.column("x").numbers.values().data());
    EXPECT_EQ(address % 64, 0U);
  }
}

TEST(Labels, AreBytesUpTo256ClassesAndIntegersBeyond) {
  const std::vector<std::int32_t> labels{255, 0, 7};
  const Column narrow = label_column(labels, 256);
  EXPECT_EQ(narrow.dtype, files::Dtype::kU8);
  const Column wide = label_column(labels, 257);
  EXPECT_EQ(wide.dtype, files::Dtype::kI32);
  for (const Column& column : {narrow, wide}) {
    Examples examples;
    examples.columns = {column};
    EXPECT_TRUE(examples.are_labelled());
    EXPECT_EQ(examples.labels(), labels);
  }
}

TEST(HalfPrecision, IsExactForEveryValue) {
  EXPECT_EQ(from_half(0x3c00), 1.0F);
  EXPECT_EQ(from_half(0xc000), -2.0F);
  EXPECT_EQ(from_half(0x7bff), 65504.0F);
  EXPECT_EQ(from_half(0x0001), 0x1p-24F);
  EXPECT_EQ(from_half(0x0400), 0x1p-14F);
  EXPECT_TRUE(std::signbit(from_half(0x8000)));
  EXPECT_TRUE(std::isinf(from_half(0x7c00)));
  EXPECT_TRUE(std::isnan(from_half(0x7e01)));
  // Values of one sign and finite exponent ascend with their bits, by one unit in the last place.
  for (std::uint16_t bits = 0; bits < 0x7bff; ++bits) {
    const int exponent = std::max(bits >> 10, 1) - 25;
    ASSERT_EQ(from_half(static_cast<std::uint16_t>(bits + 1)) - from_half(bits),
              std::ldexp(1.0F, exponent))
        << bits;
  }
}

}  // namespace
}  // namespace murmur::data
