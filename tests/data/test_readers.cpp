// SPDX-License-Identifier: Apache-2.0
// Parsers on small files made by hand, and on every truncation of them.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/images/cifar_binary.h"
#include "murmur/data/images/idx.h"
#include "tests/data/small_files.h"

namespace murmur::data {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::make_cifar;
using testing::make_idx;
using testing::TemporaryFolder;
using testing::write_cifar_dataset;
using testing::write_file;
using testing::write_idx_dataset;

Result<std::shared_ptr<const Dataset>> read(const char* name, const TemporaryFolder& folder) {
  return read_dataset(*find_dataset(name), {.folder = folder.path().string(), .environment = {}});
}

// The same format with any number of images.
Result<std::shared_ptr<const Dataset>> read_few(const char* name, const TemporaryFolder& folder) {
  DatasetInfo info = *find_dataset(name);
  info.training_examples = 0;
  info.test_examples = 0;
  return read_dataset(info, {.folder = folder.path().string(), .environment = {}});
}

[[maybe_unused]] Bytes values(const HeldBytes& held) {
  return {held.begin(), held.end()};
}

TEST(Idx, GivesExtentsAndValues) {
  const Bytes bytes = make_idx({2, 3, 4});
  const Result<IdxArray> array = parse_idx(bytes, "x");
  ASSERT_TRUE(array);
  EXPECT_EQ(array.value().extents, (std::vector<std::int64_t>{2, 3, 4}));
  EXPECT_EQ(array.value().values.size(), 24U);
  EXPECT_EQ(array.value().values[23], 23);
}

TEST(Idx, RefusesEveryPrefixAndEveryExcess) {
  Bytes bytes = make_idx({2, 3});
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const Result<IdxArray> array = parse_idx(std::span(bytes).first(length), "some/file");
    ASSERT_FALSE(array) << length;
    EXPECT_EQ(array.failure().kind, FailureKind::kDamaged);
    EXPECT_THAT(array.failure().message, AllOf(HasSubstr("some/file"), HasSubstr("found")));
  }
  bytes.push_back(0);
  EXPECT_THAT(parse_idx(bytes, "x").failure().message, HasSubstr("too long: expected 2 x 3"));
}

TEST(Idx, RefusesExtentsWhoseProductOverflows) {
  Bytes bytes = make_idx({1, 1, 1, 1});
  for (std::size_t i = 4; i < 20; ++i) {
    bytes[i] = 0xff;
  }
  EXPECT_THAT(parse_idx(bytes, "x").failure().message, HasSubstr("4294967295 x 4294967295"));
  for (std::size_t i = 4; i < 20; ++i) {  // 2^16 four times: 2^64, which wraps to 0
    bytes[i] = i % 4 == 1 ? 1 : 0;
  }
  EXPECT_FALSE(parse_idx(std::span(bytes).first(20), "x"));
}

TEST(Idx, RefusesOtherTypesAndRanks) {
  Bytes bytes = make_idx({2});
  bytes[2] = 0x0d;
  EXPECT_THAT(parse_idx(bytes, "x").failure().message, HasSubstr("found type 0d"));
  bytes = make_idx({2});
  bytes[3] = 5;
  EXPECT_THAT(parse_idx(bytes, "x").failure().message, HasSubstr("found 5"));
  EXPECT_FALSE(parse_idx(make_idx({0, 3}), "x"));
}

TEST(IdxDataset, IsReadFromAFolderOfOnesOwn) {
  const TemporaryFolder folder;
  write_idx_dataset(folder.path());
  const auto dataset = read("idx", folder);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_EQ(data.training.shape(), (ImageShape{1, 4, 6}));
  EXPECT_EQ(data.training.count(), 5);
  EXPECT_EQ(data.test.count(), 3);
  EXPECT_EQ(data.classes, 3);
  EXPECT_EQ(data.training.labels(), (std::vector<std::int32_t>{0, 1, 2, 0, 1}));
  // Pixels are 0 .. 119 once each: their mean is 59.5, their variance (120^2 - 1) / 12.
  EXPECT_NEAR(data.mean.at(0), 59.5 / 255, 1e-12);
  EXPECT_NEAR(data.deviation.at(0), std::sqrt(14399.0 / 12) / 255, 1e-12);
}

TEST(IdxDataset, MayHaveVectorsOrSeveralChannels) {
  const TemporaryFolder folder;
  write_idx_dataset(folder.path());
  write_file(folder.path() / "train-images-idx3-ubyte", make_idx({5, 24}));
  write_file(folder.path() / "t10k-images-idx3-ubyte", make_idx({3, 24}));
  EXPECT_EQ(read("idx", folder).value()->training.shape(), (ImageShape{1, 1, 24}));
  write_file(folder.path() / "train-images-idx3-ubyte", make_idx({5, 2, 3, 4}));
  EXPECT_THAT(read("idx", folder).failure().message, HasSubstr("training images are 2 x 3 x 4"));
  write_file(folder.path() / "t10k-images-idx3-ubyte", make_idx({3, 2, 3, 4}));
  EXPECT_EQ(read("idx", folder).value()->mean.size(), 2U);
}

TEST(IdxDataset, NamesTheFileThatDoesNotFit) {
  const TemporaryFolder folder;
  write_idx_dataset(folder.path());
  write_file(folder.path() / "train-labels-idx1-ubyte", make_idx({4}, 3));
  EXPECT_THAT(read("idx", folder).failure().message,
              AllOf(HasSubstr("train-labels-idx1-ubyte: expected 5 labels"), HasSubstr("found 4")));
  write_file(folder.path() / "train-labels-idx1-ubyte", make_idx({5}, 2));
  const auto dataset = read("idx", folder);
  ASSERT_FALSE(dataset);
  EXPECT_EQ(dataset.failure().kind, FailureKind::kDamaged);
  EXPECT_THAT(dataset.failure().message, HasSubstr("expected labels from 0 to 1, found 2"));
}

TEST(Cifar, IsReadInTheOrderOfItsFiles) {
  const TemporaryFolder folder;
  write_cifar_dataset(folder.path() / "cifar-10-batches-bin");
  const auto dataset = read_few("cifar10", folder);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_EQ(data.training.shape(), kCifarShape);
  EXPECT_EQ(data.training.count(), 10);
  EXPECT_EQ(data.test.labels(), (std::vector<std::int32_t>{0, 1, 2}));
  EXPECT_EQ(data.training.column(kInputs).bytes[3072], 1);
  EXPECT_EQ(data.classes, 10);
  EXPECT_FALSE(data.as_published);
  EXPECT_THAT(unlike_published(data), HasSubstr("not 'cifar10' as published"));
}

TEST(Cifar, IsNotAsPublishedIfItIsAPart) {
  const TemporaryFolder folder;
  write_cifar_dataset(folder.path());
  const auto dataset = read("cifar10", folder);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(dataset.value()->training.count(), 10);
  EXPECT_THAT(unlike_published(*dataset.value()),
              HasSubstr("they are 10 training and 3 test examples, not 50000 and 10000"));
}

TEST(DatasetDigest, IsOfTheContentAndNotOfTheFiles) {
  const TemporaryFolder folder;
  const auto digest_of = [&](const char* name) {
    return read_dataset(*find_dataset("idx"),
                        {.folder = (folder.path() / name).string(), .environment = {}})
        .value()
        ->digest;
  };
  write_idx_dataset(folder.path() / "a");
  write_idx_dataset(folder.path() / "b");
  std::filesystem::remove(folder.path() / "b/train-images-idx3-ubyte");
  write_file(folder.path() / "b/train-images.idx3-ubyte.gz", testing::gzip(make_idx({5, 4, 6})));
  EXPECT_EQ(digest_of("a"), digest_of("b"));
  write_idx_dataset(folder.path() / "labels");
  write_file(folder.path() / "labels/t10k-labels-idx1-ubyte", make_idx({3}, 2));
  EXPECT_NE(digest_of("a"), digest_of("labels"));
  write_file(folder.path() / "shape/train-labels-idx1-ubyte", make_idx({5}, 3));
  write_file(folder.path() / "shape/t10k-labels-idx1-ubyte", make_idx({3}, 3));
  write_file(folder.path() / "shape/train-images-idx3-ubyte", make_idx({5, 6, 4}));
  write_file(folder.path() / "shape/t10k-images-idx3-ubyte", make_idx({3, 6, 4}));
  EXPECT_NE(digest_of("a"), digest_of("shape"));
}

TEST(Cifar, RefusesPartsOfRecordsAndWrongLabels) {
  CifarRecords records;
  const Bytes bytes = make_cifar(2);
  for (const std::size_t length : {std::size_t{0}, std::size_t{1}, bytes.size() - 1}) {
    const Status status =
        append_cifar(std::span(bytes).first(length), "some/file", {.classes = {10}}, records);
    ASSERT_FALSE(status) << length;
    EXPECT_EQ(status.failure().kind, FailureKind::kDamaged);
    EXPECT_THAT(status.failure().message, HasSubstr("some/file: expected whole records of 3073"));
  }
  EXPECT_THAT(append_cifar(make_cifar(12, 12), "x", {.classes = {10}}, records).failure().message,
              HasSubstr("found 10 in record 10"));
}

}  // namespace
}  // namespace murmur::data
