// SPDX-License-Identifier: Apache-2.0
// CIFAR-100 and downsampled ImageNet, on small files of their formats.
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/cache/unpacked_cache.h"
#include "murmur/data/dataset.h"
#include "tests/data/small_files.h"
#include "tests/support/npz.h"

namespace murmur::data {
namespace {

using murmur::testing::npy;
using murmur::testing::npz;
using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::gzip;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::write_file;
using testing::xz;

Result<std::shared_ptr<const Dataset>> read(const char* name,
                                            const TemporaryFolder& folder,
                                            const char* labels = nullptr) {
  Places places{.folder = folder.path().string(), .environment = {}};
  if (labels != nullptr) {
    places.settings.options.set("labels", std::string(labels));
  }
  return read_dataset(*find_dataset(name), places);
}

// Records with the labels i mod 20 and (3 i + 1) mod 100; pixel p is (i + p) mod 256.
Bytes cifar100(int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i % 20));
    bytes.push_back(static_cast<std::uint8_t>((3 * i + 1) % 100));
    for (int p = 0; p < 3072; ++p) {
      bytes.push_back(static_cast<std::uint8_t>(i + p));
    }
  }
  return bytes;
}

TEST(Cifar100, HasFineAndCoarseLabels) {
  const TemporaryFolder folder;
  write_file(folder.path() / "cifar-100-binary/train.bin.xz", xz(cifar100(4)));
  write_file(folder.path() / "cifar-100-binary/test.bin.gz", gzip(cifar100(2)));
  const auto fine = read("cifar100", folder);
  ASSERT_TRUE(fine) << fine.failure().message;
  EXPECT_THAT(fine.value()->training.labels(), ElementsAre(1, 4, 7, 10));
  EXPECT_EQ(fine.value()->classes, 100);
  EXPECT_EQ(fine.value()->class_names.at(99), "worm");
  EXPECT_EQ(fine.value()->training.column(kInputs).bytes[3072 + 5], 6);
  EXPECT_THAT(fine.value()->mean, ElementsAre(0.5071, 0.4867, 0.4408));
  EXPECT_THAT(fine.value()->deviation, ElementsAre(0.2675, 0.2565, 0.2761));
  EXPECT_THAT(unlike_published(*fine.value()),
              HasSubstr("they are 4 training and 2 test examples, not 50000 and 10000"));
  const auto coarse = read("cifar100", folder, "coarse");
  ASSERT_TRUE(coarse) << coarse.failure().message;
  EXPECT_THAT(coarse.value()->training.labels(), ElementsAre(0, 1, 2, 3));
  EXPECT_EQ(coarse.value()->classes, 20);
  EXPECT_EQ(coarse.value()->class_names.size(), 20U);
  EXPECT_NE(coarse.value()->digest, fine.value()->digest);
}

TEST(Cifar100, NamesTheRecordOfALabelThatIsNone) {
  const TemporaryFolder folder;
  Bytes training = cifar100(3);
  training[2 * 3074 + 1] = 100;
  write_file(folder.path() / "train.bin", training);
  write_file(folder.path() / "test.bin", cifar100(2));
  for (const char* labels : {"fine", "coarse"}) {
    EXPECT_THAT(read("cifar100", folder, labels).failure().message,
                AllOf(HasSubstr("train.bin"), HasSubstr("0 to 99, found 100 in record 2")));
  }
  training[3074] = 20;
  write_file(folder.path() / "train.bin", training);
  EXPECT_THAT(read("cifar100", folder).failure().message,
              HasSubstr("0 to 19, found 20 in record 1"));
  training.pop_back();
  write_file(folder.path() / "train.bin", training);
  EXPECT_THAT(read("cifar100", folder).failure().message,
              HasSubstr("expected whole records of 3074 bytes"));
}

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

std::string raw(const std::vector<std::int64_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(std::int64_t)};
}

// Two images: the pixels of image k are 10 k + number.
std::string archive(int number, const std::vector<std::int64_t>& labels) {
  std::string pixels;
  for (std::size_t k = 0; k < labels.size(); ++k) {
    pixels += std::string(3072, static_cast<char>(10 * static_cast<int>(k) + number));
  }
  const std::string count = std::to_string(labels.size());
  return npz({{"data", npy("|u1", "(" + count + ", 3072)", pixels)},
              {"labels", npy("<i8", "(" + count + ",)", raw(labels))},
              {"mean", npy("|u1", "(1,)", "x")}});
}

class Imagenet32 : public ::testing::Test {
 protected:
  Imagenet32() {
    for (int i = 1; i <= 10; ++i) {
      write("train_data_batch_" + std::to_string(i) + ".npz", archive(i, {i, 1000}));
    }
    write("val_data.npz", archive(0, {3, 2, 1}));
  }

  void write(const std::string& name, const std::string& content) {
    write_file(folder_.path() / name, bytes_of(content));
  }

  std::string complaint() {
    const auto dataset = read("imagenet32", folder_);
    EXPECT_FALSE(dataset);
    EXPECT_EQ(dataset.failure().kind, FailureKind::kDamaged);
    return dataset.failure().message;
  }

  const TemporaryFolder folder_;
};

TEST_F(Imagenet32, HasLabelsFromOneInItsFiles) {
  const auto dataset = read("imagenet32", folder_);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_EQ(data.classes, 1000);
  EXPECT_EQ(data.training.count(), 20);
  EXPECT_EQ(data.training.shape(), (ImageShape{3, 32, 32}));
  EXPECT_EQ(data.training.labels().at(4), 2);
  EXPECT_EQ(data.training.labels().at(5), 999);
  EXPECT_THAT(data.test.labels(), ElementsAre(2, 1, 0));
  EXPECT_EQ(data.training.column(kInputs).bytes[4 * 3072 + 7], 3);
  EXPECT_EQ(data.training.column(kInputs).bytes[5 * 3072 + 7], 13);
  EXPECT_THAT(data.mean, ElementsAre(0.5, 0.5, 0.5));
}

TEST_F(Imagenet32, MayBeCompressed) {
  const std::uint64_t digest = read("imagenet32", folder_).value()->digest;
  const std::string first = archive(1, {1, 1000});
  std::filesystem::remove(folder_.path() / "train_data_batch_1.npz");
  std::filesystem::remove(folder_.path() / "val_data.npz");
  write_file(folder_.path() / "train_data_batch_1.npz.xz", xz(bytes_of(first)));
  write_file(folder_.path() / "val_data.npz.gz", gzip(bytes_of(archive(0, {3, 2, 1}))));
  const auto packed = read("imagenet32", folder_);
  ASSERT_TRUE(packed) << packed.failure().message;
  EXPECT_EQ(packed.value()->digest, digest);
}

TEST_F(Imagenet32, SaysWhatIsWrong) {
  write("train_data_batch_3.npz", archive(3, {5, 0}));
  EXPECT_THAT(complaint(),
              AllOf(HasSubstr("train_data_batch_3.npz: labels"),
                    HasSubstr("1 to 1000, found 0 in record 1")));
  write("train_data_batch_3.npz", archive(3, {1001, 7}));
  EXPECT_THAT(complaint(), HasSubstr("found 1001 in record 0"));
  const std::string labels = npy("<i8", "(1,)", raw(std::vector<std::int64_t>{1}));
  write("train_data_batch_3.npz",
        npz({{"data", npy("|u1", "(2, 3072)", std::string(6144, 'x'))}, {"labels", labels}}));
  EXPECT_THAT(complaint(), HasSubstr("expected 2 labels, one for each image, found 1"));
  write("train_data_batch_3.npz",
        npz({{"data", npy("|u1", "(1, 3071)", std::string(3071, 'x'))}, {"labels", labels}}));
  EXPECT_THAT(complaint(), HasSubstr("U8 of shape (1, 3071); expected U8 of N x 3072"));
  write("train_data_batch_3.npz", npz({{"labels", labels}}));
  EXPECT_THAT(complaint(), HasSubstr("there is no array 'data'"));
  write("train_data_batch_3.npz", "PK");
  EXPECT_THAT(complaint(), HasSubstr("train_data_batch_3.npz"));
}

class UnpackedCache : public ::testing::Test {
 protected:
  std::filesystem::path cache() const { return folder_.path() / "new/cache"; }
  std::filesystem::path file() const { return folder_.path() / "file.xz"; }
  Bytes read() { return read_bytes(file(), cache()).value(); }

  std::vector<std::filesystem::path> entries() const {
    std::vector<std::filesystem::path> found;
    for (const auto& entry : std::filesystem::directory_iterator(cache())) {
      found.push_back(entry.path());
    }
    return found;
  }

  const TemporaryFolder folder_;
  const Bytes content_ = testing::make_cifar(2);
};

TEST_F(UnpackedCache, KeepsWhatCompressedFilesHold) {
  write_file(file(), xz(content_));
  EXPECT_EQ(read(), content_);
  ASSERT_EQ(entries().size(), 1U);
  // What the entry holds is what is read: a changed one, with its own digest, is found.
  const Bytes other = testing::make_cifar(3);
  const Bytes packed = xz(other);
  std::filesystem::copy_file(entries().front(), cache_entry(cache(), packed));
  write_file(file(), packed);
  EXPECT_EQ(read(), content_);
  std::filesystem::remove_all(cache());
  EXPECT_EQ(read(), other);
  write_file(file(), content_);
  std::filesystem::remove_all(cache());
  EXPECT_EQ(read(), content_) << "not compressed";
  EXPECT_FALSE(std::filesystem::exists(cache()));
}

TEST_F(UnpackedCache, IsCheckedBeforeItIsUsed) {
  write_file(file(), xz(content_));
  read();
  const auto entry = entries().front();
  const Bytes whole = read_bytes(entry).value();
  for (const std::size_t place :
       {std::size_t{0}, std::size_t{9}, std::size_t{20}, whole.size() - 1}) {
    Bytes changed = whole;
    changed[place] ^= 1;
    write_file(entry, changed);
    EXPECT_EQ(read(), content_) << place;
    EXPECT_EQ(read_bytes(entry).value(), whole) << "made again";
  }
  for (const std::size_t length : {std::size_t{0}, std::size_t{23}, whole.size() - 1}) {
    write_file(entry, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)));
    EXPECT_EQ(read(), content_) << length;
  }
  EXPECT_FALSE(read_cache_entry(entry, content_.size() - 1)) << "more than the limit";
}

TEST_F(UnpackedCache, NeedNotBeWritable) {
  write_file(file(), xz(content_));
  write_file(folder_.path() / "new", content_);  // a file where a folder would be
  EXPECT_EQ(read(), content_);
}

}  // namespace
}  // namespace murmur::data
