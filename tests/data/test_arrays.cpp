// SPDX-License-Identifier: Apache-2.0
// The dataset `arrays`: which arrays become which columns. What a user sees of errors is in
// tests/training.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/check_dataset.h"
#include "tests/data/small_files.h"
#include "tests/support/npz.h"

namespace murmur::data::testing {
namespace {

using murmur::testing::npy;
using murmur::testing::npz;
using murmur::testing::raw;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string bytes(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all += static_cast<char>(i * 7);
  }
  return all;
}

class Arrays : public ::testing::Test {
 protected:
  Result<std::shared_ptr<const Dataset>> read(const std::string& train_x,
                                              const std::string& train_y,
                                              const std::string& test_x,
                                              const std::string& test_y) const {
    const std::string file =
        npz({{"train_x", train_x}, {"train_y", train_y}, {"test_x", test_x}, {"test_y", test_y}});
    const std::filesystem::path path = folder_.path() / "a.npz";
    write_file(path, Bytes(file.begin(), file.end()));
    return read_dataset(*find_dataset("arrays"),
                        {.folder = {}, .environment = {}, .file = path.string()});
  }
  // The same rows for training and test.
  Result<std::shared_ptr<const Dataset>> read(const std::string& x, const std::string& y) const {
    return read(x, y, x, y);
  }

  TemporaryFolder folder_;
  const std::string images_ = npy("|u1", "(3, 2, 2)", bytes(12));
};

TEST_F(Arrays, MayBeCompressedAsAWhole) {
  const auto plain = read(images_, npy("|u1", "(3,)", bytes(3)));
  ASSERT_TRUE(plain) << plain.failure().message;
  const Bytes content = read_bytes(folder_.path() / "a.npz").value();
  const std::string tensors = murmur::testing::safetensors({{"train_x", "U8", "[3,2,2]", bytes(12)},
                                                            {"train_y", "U8", "[3]", bytes(3)},
                                                            {"test_x", "U8", "[3,2,2]", bytes(12)},
                                                            {"test_y", "U8", "[3]", bytes(3)}});
  const Bytes other(tensors.begin(), tensors.end());
  for (const auto& [name, packed] : {std::pair("a.npz.gz", gzip(content)),
                                     std::pair("a.npz.xz", xz(content)),
                                     std::pair("a.safetensors.gz", gzip(other))}) {
    write_file(folder_.path() / name, packed);
    const auto dataset =
        read_dataset(*find_dataset("arrays"),
                     {.folder = {}, .environment = {}, .file = (folder_.path() / name).string()});
    ASSERT_TRUE(dataset) << dataset.failure().message;
    EXPECT_EQ(dataset.value()->digest, plain.value()->digest) << name;
  }
}

TEST_F(Arrays, OfBytesAreImagesWithMeasuredStatistics) {
  const auto grey = read(images_, npy("|u1", "(3,)", bytes(3)));
  ASSERT_TRUE(grey) << grey.failure().message;
  EXPECT_EQ(grey.value()->training.shape(), (ImageShape{1, 2, 2}));
  EXPECT_TRUE(grey.value()->training.are_images());
  EXPECT_NEAR(grey.value()->mean.at(0), 7 * 5.5 / 255, 1e-12);
  EXPECT_NEAR(grey.value()->deviation.at(0), 7 * std::sqrt((144 - 1) / 12.0) / 255, 1e-12)
      << "population deviation of 0, 7, ..., 77";
  const auto colour = read(npy("|u1", "(1, 3, 2, 2)", bytes(12)), npy("|u1", "(1,)", bytes(1)));
  EXPECT_EQ(colour.value()->training.shape(), (ImageShape{3, 2, 2}));
  EXPECT_EQ(colour.value()->mean.size(), 3U);
}

TEST_F(Arrays, OfFloatsAreTakenAsTheyAre) {
  const std::vector<std::uint16_t> halves{0x3c00, 0xc000, 0x0001, 0x7bff};
  const auto half = read(npy("<f2", "(2, 2)", raw(halves)), npy("|u1", "(2,)", bytes(2)));
  ASSERT_TRUE(half) << half.failure().message;
  EXPECT_THAT(half.value()->training.column("x").values<float>(),
              ElementsAre(1.0F, -2.0F, 0x1p-24F, 65504.0F));
  EXPECT_TRUE(half.value()->mean.empty());
  const std::vector<double> doubles{1, 2, 3, 4, 5, 6, 7, 8};
  const auto wide = read(npy("<f8", "(2, 1, 2, 2)", raw(doubles)), npy("|u1", "(2,)", bytes(2)));
  EXPECT_EQ(wide.value()->training.shape(), (ImageShape{1, 2, 2}));
  EXPECT_FALSE(wide.value()->training.are_images());
  EXPECT_THAT(wide.value()->training.column("x").values<double>(),
              ::testing::ElementsAreArray(doubles));
}

template <class T>
std::string labels(const std::vector<int>& values) {
  return raw(std::vector<T>(values.begin(), values.end()));
}

TEST_F(Arrays, OfIntegersOfAnySizeAreClasses) {
  const std::vector<int> few{2, 0, 1};
  for (const auto& [descr, raw_labels] : {std::pair{"|i1", labels<std::int8_t>(few)},
                                          {"|u1", labels<std::uint8_t>(few)},
                                          {"<i2", labels<std::int16_t>(few)},
                                          {"<u2", labels<std::uint16_t>(few)},
                                          {"<i4", labels<std::int32_t>(few)},
                                          {"<u4", labels<std::uint32_t>(few)},
                                          {"<i8", labels<std::int64_t>(few)},
                                          {"<u8", labels<std::uint64_t>(few)}}) {
    const auto dataset = read(images_, npy(descr, "(3,)", raw_labels));
    ASSERT_TRUE(dataset) << descr << dataset.failure().message;
    EXPECT_EQ(dataset.value()->task, Task::kClassification);
    EXPECT_EQ(dataset.value()->classes, 3);
    EXPECT_THAT(dataset.value()->training.labels(), ElementsAre(2, 0, 1));
    EXPECT_EQ(dataset.value()->training.column("y").dtype, files::Dtype::kU8);
  }
  const auto many = read(images_, npy("<i4", "(3,)", labels<std::int32_t>({0, 70000, 3})));
  EXPECT_EQ(many.value()->classes, 70001);
  EXPECT_THAT(many.value()->test.labels(), ElementsAre(0, 70000, 3));
  const std::vector<std::uint64_t> huge{0, 1, ~std::uint64_t{0}};
  EXPECT_THAT(read(images_, npy("<u8", "(3,)", raw(huge))).failure().message,
              HasSubstr("train_y: row 2 holds 18446744073709551615; allowed are classes from 0"));
}

TEST_F(Arrays, WithFloatsAsTargetsAreARegression) {
  const std::vector<float> y{1, 2, 3, 4, 5, 6};
  const auto one = read(images_, npy("<f4", "(3,)", raw(y).substr(0, 12)));
  ASSERT_TRUE(one) << one.failure().message;
  EXPECT_EQ(one.value()->task, Task::kRegression);
  EXPECT_EQ(one.value()->outputs(), 1);
  EXPECT_EQ(read(images_, npy("<f4", "(3, 2)", raw(y))).value()->outputs(), 2);
}

TEST_F(Arrays, HaveADigestOfTheirContent) {
  const std::string x = npy("<f4", "(2, 2)", raw(std::vector<float>{1, 2, 3, 4}));
  const std::string turned = npy("<f4", "(2, 2)", raw(std::vector<float>{1, 3, 2, 4}), true);
  const std::string other = npy("<f4", "(2, 2)", raw(std::vector<float>{1, 2, 3, 5}));
  const std::string wide = npy("<f8", "(2, 2)", raw(std::vector<double>{1, 2, 3, 4}));
  const std::string y = npy("|u1", "(2,)", bytes(2));
  const std::string long_y = npy("<i8", "(2,)", raw(std::vector<std::int64_t>{0, 7}));
  const auto digest = [&](const auto&... arrays) { return read(arrays...).value()->digest; };
  EXPECT_EQ(digest(x, y), digest(turned, long_y)) << "stored otherwise";
  EXPECT_NE(digest(x, y), digest(other, y));
  EXPECT_NE(digest(x, y), digest(wide, y));
  EXPECT_NE(digest(x, y, other, y), digest(other, y, x, y));
}

}  // namespace
}  // namespace murmur::data::testing
