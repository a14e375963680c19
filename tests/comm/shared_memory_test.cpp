// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/shared_memory.h"

#include <algorithm>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace murmur::comm {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::ptrdiff_t open_files() {
  const std::filesystem::directory_iterator files("/proc/self/fd");
  return std::distance(begin(files), end(files));
}

TEST(SharedMemory, IsZeroAtFirst) {
  const auto made = SharedMemory::make(100'000);
  ASSERT_TRUE(made);
  const auto bytes = made.value().bytes();
  EXPECT_EQ(bytes.size(), 100'000U);
  EXPECT_TRUE(
      std::all_of(bytes.begin(), bytes.end(), [](std::byte b) { return b == std::byte{}; }));
}

// A child that maps it by its address reads what its parent wrote, and the parent reads its answer.
TEST(SharedMemory, IsSeenByAnotherProcess) {
  auto made = SharedMemory::make(64);
  ASSERT_TRUE(made);
  made.value().bytes()[3] = std::byte{7};
  const SharedAddress address = made.value().address();
  const pid_t child = fork();
  if (child == 0) {
    made = SharedMemory();  // the inherited one
    auto opened = SharedMemory::open(address);
    const bool read = opened && opened.value().bytes()[3] == std::byte{7};
    if (read) {
      opened.value().bytes()[4] = std::byte{8};
    }
    _exit(read ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(made.value().bytes()[4], std::byte{8});
}

TEST(SharedMemory, LeavesNoDescriptorOpen) {
  const auto before = open_files();
  {
    auto made = SharedMemory::make(64);
    ASSERT_TRUE(made);
    auto opened = SharedMemory::open(made.value().address());
    ASSERT_TRUE(opened);
    SharedMemory moved = std::move(made).value();
    EXPECT_EQ(open_files(), before + 1);
  }
  EXPECT_EQ(open_files(), before);
}

TEST(SharedMemory, OfOneWhoIsGoneCannotBeOpened) {
  const pid_t child = fork();
  if (child == 0) {
    _exit(0);
  }
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  const auto opened = SharedMemory::open({.process = child, .file = 3, .bytes = 64});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.failure().kind, FailureKind::kIo);
  EXPECT_THAT(opened.failure().message, HasSubstr(std::to_string(child)));
}

TEST(SharedMemory, ThatIsTooLargeIsRefused) {
  const auto made = SharedMemory::make(std::size_t{1} << 62U);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.failure().message, HasSubstr(std::to_string(std::size_t{1} << 62U)));
}

TEST(HostIdentity, IsTheSameInAChild) {
  const std::string mine = host_identity();
  ASSERT_THAT(mine, Not(HasSubstr("\n")));
  ASSERT_FALSE(mine.empty());
  const pid_t child = fork();
  if (child == 0) {
    _exit(host_identity() == mine ? 0 : 1);
  }
  int status = -1;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace murmur::comm
