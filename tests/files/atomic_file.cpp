// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/atomic_file.h"

#include <csignal>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.h"

namespace murmur::files {
namespace {

using murmur::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr std::size_t kPlenty = std::size_t{1} << 24;

std::string text_of(const std::filesystem::path& path) {
  return read_file(path, kPlenty).value();
}

std::set<std::string> names_in(const std::filesystem::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

// While it exists, no file of this process can grow beyond `bytes`, as on a full disk.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    old_handler_ = std::signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &old_limit_);
    rlimit limit = old_limit_;
    limit.rlim_cur = bytes;
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &old_limit_);
    static_cast<void>(std::signal(SIGXFSZ, old_handler_));
  }

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int) = SIG_DFL;
};

TEST(AtomicFile, HoldsWhatWasWrittenInPiecesOfAnyLength) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  std::string all;
  AtomicFile file = AtomicFile::create(path).value();
  for (const std::size_t length : {0U, 1U, 1000U, 65535U, 65536U, 65537U, 300000U, 7U}) {
    const std::string piece(length, static_cast<char>('a' + length % 26));
    all += piece;
    ASSERT_TRUE(file.write(piece));
  }
  ASSERT_TRUE(file.commit());
  EXPECT_EQ(text_of(path), all);
}

TEST(AtomicFile, ReplacesAFile) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  ASSERT_TRUE(write_file(path, "old"));
  ASSERT_TRUE(write_file(path, "new"));
  EXPECT_EQ(text_of(path), "new");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}

TEST(AtomicFile, LeavesTheOldFileUntilItIsCommitted) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  ASSERT_TRUE(write_file(path, "old"));
  {
    AtomicFile file = AtomicFile::create(path).value();
    ASSERT_TRUE(file.write(std::string(200000, 'x')));
    EXPECT_EQ(text_of(path), "old");
    EXPECT_EQ(names_in(folder.path()).size(), 2U);
  }
  EXPECT_EQ(text_of(path), "old");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}

TEST(AtomicFile, LeavesTheOldFileWhenTheDiskIsFull) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  ASSERT_TRUE(write_file(path, "old"));
  for (const std::size_t length : {5000U, 200000U}) {  // noticed by commit() and by write()
    Status status = Ok{};
    {
      const FullDisk full(4096);
      status = write_file(path, std::string(length, 'x'));
    }
    ASSERT_FALSE(status);
    EXPECT_EQ(status.failure().kind, FailureKind::kIo);
    EXPECT_THAT(status.failure().message, HasSubstr(path.string() + ": File too large"));
    EXPECT_EQ(text_of(path), "old");
    EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
  }
}

TEST(AtomicFile, SaysTheSystemsReason) {
  const TemporaryFolder folder;
  const std::filesystem::path full = folder.link_to("/dev/full");
  const Status status = write_file(full, "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kIo);
  EXPECT_EQ(status.failure().message,
            "cannot write " + full.string() + ": No space left on device");
}

TEST(AtomicFile, WritesADeviceInPlace) {
  const TemporaryFolder folder;
  const std::filesystem::path null = folder.link_to("/dev/null");
  EXPECT_TRUE(write_file(null, "x"));
  EXPECT_TRUE(std::filesystem::is_symlink(null));
  EXPECT_TRUE(std::filesystem::is_character_file(null));
}

TEST(AtomicFile, NeedsItsFolder) {
  const TemporaryFolder folder;
  const Status status = write_file(folder.path() / "none" / "a", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kMissing);
  EXPECT_THAT(status.failure().message, HasSubstr("No such file or directory"));
}

TEST(AtomicFile, RefusesAFolder) {
  const TemporaryFolder folder;
  const Status status = write_file(folder.path(), "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kIo);
  EXPECT_THAT(status.failure().message, HasSubstr("Is a directory"));
}

TEST(AtomicFile, PassesOverNamesThatKilledProcessesLeft) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  AtomicFile first = AtomicFile::create(path).value();
  AtomicFile second = AtomicFile::create(path).value();
  ASSERT_TRUE(first.write("first"));
  ASSERT_TRUE(second.write("second"));
  ASSERT_TRUE(second.commit());
  ASSERT_TRUE(first.commit());
  EXPECT_EQ(text_of(path), "first");
  EXPECT_THAT(names_in(folder.path()), ElementsAre("a"));
}

TEST(AtomicFile, HasThePermissionsOfTheUsersUmask) {
  const TemporaryFolder folder;
  const mode_t old_mask = umask(027);
  ASSERT_TRUE(write_file(folder.path() / "a", "x"));
  umask(old_mask);
  EXPECT_EQ(std::filesystem::status(folder.path() / "a").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write |
                std::filesystem::perms::group_read);
}

TEST(ReadFile, TellsMissingFromTooLong) {
  const TemporaryFolder folder;
  const auto missing = read_file(folder.path() / "none", 10);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.failure().kind, FailureKind::kMissing);
  ASSERT_TRUE(write_file(folder.path() / "a", "12345678901"));
  const auto too_long = read_file(folder.path() / "a", 10);
  ASSERT_FALSE(too_long);
  EXPECT_EQ(too_long.failure().kind, FailureKind::kDamaged);
  EXPECT_EQ(read_file(folder.path() / "a", 11).value(), "12345678901");
  const auto endless = read_file("/dev/zero", 1000);
  EXPECT_FALSE(endless);
}

}  // namespace
}  // namespace murmur::files
