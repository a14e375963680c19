// SPDX-License-Identifier: Apache-2.0
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/places.h"
#include "tests/data/small_files.h"

namespace murmur::data {
namespace {

using ::testing::AllOf;
using testing::gzip;
using ::testing::HasSubstr;
using testing::make_idx;
using ::testing::Not;
using testing::TemporaryFolder;
using testing::write_file;
using testing::write_idx_dataset;
using testing::xz;

// Fashion-MNIST without the system's folders, so that a test sees only its own folder.
DatasetInfo alone() {
  DatasetInfo info = *find_dataset("fashion-mnist");
  info.system_places.clear();
  info.shape = {};  // small files of any size
  info.training_examples = 0;
  info.test_examples = 0;
  return info;
}

TEST(Datasets, AreFoundByTheirNamesAndSayEnough) {
  std::set<std::string> names;
  for (const DatasetInfo& info : datasets()) {
    EXPECT_EQ(find_dataset(info.name), &info);
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.summary.empty());
    EXPECT_FALSE(info.licence.empty());
    EXPECT_FALSE(info.how_to_get.empty());
    EXPECT_NE(info.read, nullptr);
    EXPECT_EQ(info.mean.size(), info.deviation.size());
  }
  EXPECT_EQ(find_dataset("no such thing"), nullptr);
}

// Sizes of headers and labels besides the pixels: 16 and 8 bytes in an IDX file, one byte per CIFAR
// record.
TEST(Datasets, SayAsManyImagesAsTheirFilesHold) {
  for (const DatasetInfo& info : datasets()) {
    std::int64_t bytes = 0;
    for (const FileInfo& file : info.files) {
      bytes += file.bytes;
    }
    const std::int64_t size = info.shape[0] * info.shape[1] * info.shape[2];
    const std::int64_t images = info.training_examples + info.test_examples;
    if (info.name == "imagenet32" || info.name == "image-folder") {
      EXPECT_EQ(bytes, 0) << "files of no fixed size";
      continue;
    }
    const bool idx = info.files.size() == 4;
    const std::int64_t label = info.name == "cifar100" ? 2 : 1;
    const std::int64_t headers = info.training_examples == 0 || !idx ? 0 : 2 * (16 + 8);
    EXPECT_EQ(bytes, images * (size + label) + headers) << info.name;
  }
}

TEST(Places, ComeInTheOrderFolderEnvironmentSystem) {
  const DatasetInfo& info = *find_dataset("fashion-mnist");
  const auto named = candidate_folders(info, {.folder = "/a", .environment = "/b"});
  EXPECT_EQ(named.front(), "/a");
  EXPECT_EQ(named.at(1), "/a/fashion-mnist");
  for (const auto& folder : named) {
    EXPECT_THAT(folder.string(), ::testing::StartsWith("/a"));
  }
  const auto usual = candidate_folders(info, {.folder = {}, .environment = "/b"});
  EXPECT_EQ(usual.front(), "/b");
  EXPECT_EQ(usual.at(usual.size() - 2), "/usr/share/datasets/fashion-mnist");
}

TEST(Places, PassOverAFolderThatLacksAFile) {
  const TemporaryFolder folder;
  write_file(folder.path() / "train-images-idx3-ubyte", make_idx({5, 4, 6}));
  write_idx_dataset(folder.path() / "fashion-mnist");
  const auto files = find_files(alone(), {.folder = {}, .environment = folder.path().string()});
  ASSERT_TRUE(files);
  EXPECT_EQ(files.value().folder, folder.path() / "fashion-mnist");
}

TEST(Places, TakeEachFilePlainOrPackedUnderEitherSpelling) {
  const TemporaryFolder folder;
  write_file(folder.path() / "train-images.idx3-ubyte.xz", xz(make_idx({5, 4, 6})));
  write_file(folder.path() / "train-labels-idx1-ubyte.gz", gzip(make_idx({5}, 3)));
  write_file(folder.path() / "t10k-images-idx3-ubyte", make_idx({3, 4, 6}));
  write_file(folder.path() / "t10k-labels.idx1-ubyte", make_idx({3}, 3));
  const auto dataset = read_dataset(alone(), {.folder = folder.path().string(), .environment = {}});
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(dataset.value()->training.count(), 5);
}

TEST(Places, SayWhereWasLookedAndWhatLacks) {
  const TemporaryFolder folder;
  const Places places{.folder = folder.path().string(), .environment = {}};
  const auto nothing = read_dataset(alone(), places);
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.failure().kind, FailureKind::kMissing);
  EXPECT_THAT(nothing.failure().message,
              AllOf(HasSubstr(folder.path().string()), HasSubstr("apt-get install")));
  write_idx_dataset(folder.path());
  std::filesystem::remove(folder.path() / "t10k-labels-idx1-ubyte");
  EXPECT_THAT(read_dataset(alone(), places).failure().message,
              AllOf(HasSubstr("lacks t10k-labels-idx1-ubyte"), Not(HasSubstr("train-"))));
}

TEST(Places, AreInspectedFileByFile) {
  const TemporaryFolder folder;
  const Places places{.folder = folder.path().string(), .environment = {}};
  write_idx_dataset(folder.path());
  DatasetState state = inspect_dataset(alone(), places);
  EXPECT_FALSE(state.trouble);
  EXPECT_EQ(state.training_examples, 5);
  EXPECT_EQ(state.files.at(1).bytes, 8 + 5);
  EXPECT_EQ(state.files.at(1).as_published, std::optional<bool>(false));
  Bytes cut = gzip(make_idx({3}, 3));
  cut.resize(cut.size() - 3);
  std::filesystem::remove(folder.path() / "t10k-labels-idx1-ubyte");
  write_file(folder.path() / "t10k-labels-idx1-ubyte.gz", cut);
  state = inspect_dataset(alone(), places);
  ASSERT_TRUE(state.trouble);
  EXPECT_EQ(state.trouble->kind, FailureKind::kDamaged);
  EXPECT_TRUE(state.files.at(3).trouble);
  EXPECT_FALSE(state.files.at(2).trouble);
}

}  // namespace
}  // namespace murmur::data
