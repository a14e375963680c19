// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/bytes.h"
#include "tests/data/small_files.h"

namespace murmur::data {
namespace {

using testing::gzip;
using ::testing::HasSubstr;
using testing::TemporaryFolder;
using testing::write_file;
using testing::xz;

// Long enough that unpacking must enlarge its output several times.
Bytes long_bytes() {
  Bytes bytes(300000);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>((i * i) >> 7U);
  }
  return bytes;
}

TEST(Bytes, AreTheSamePlainGzippedAndXzed) {
  const TemporaryFolder folder;
  const Bytes bytes = long_bytes();
  write_file(folder.path() / "a", bytes);
  write_file(folder.path() / "a.gz", gzip(bytes));
  write_file(folder.path() / "a.xz", xz(bytes));
  EXPECT_EQ(read_bytes(folder.path() / "a").value(), bytes);
  EXPECT_EQ(read_bytes(folder.path() / "a.gz").value(), bytes);
  EXPECT_EQ(read_bytes(folder.path() / "a.xz").value(), bytes);
}

TEST(Bytes, OfSeveralGzipMembersAreJoined) {
  const Bytes first{1, 2, 3};
  const Bytes second{4, 5};
  Bytes packed = gzip(first);
  const Bytes more = gzip(second);
  packed.insert(packed.end(), more.begin(), more.end());
  EXPECT_EQ(unpack(packed, "two", 100).value(), (Bytes{1, 2, 3, 4, 5}));
}

// Every prefix of a packed file is refused, and so is every file with one byte changed near its
// end, where the checksums are.
TEST(Bytes, OfTruncatedFilesAreRefusedByName) {
  Bytes bytes = long_bytes();
  bytes.resize(500);
  for (const Bytes& packed : {gzip(bytes), xz(bytes)}) {
    for (std::size_t length = 6; length < packed.size(); ++length) {
      const Bytes part(packed.begin(), packed.begin() + static_cast<std::ptrdiff_t>(length));
      const Result<Bytes> got = unpack(part, "some/file", kMaxFileBytes);
      ASSERT_FALSE(got) << length;
      EXPECT_EQ(got.failure().kind, FailureKind::kDamaged);
      EXPECT_THAT(got.failure().message, HasSubstr("some/file: truncated"));
    }
    Bytes changed = packed;
    changed[packed.size() - 6] ^= 0x10U;
    const Result<Bytes> got = unpack(changed, "some/file", kMaxFileBytes);
    ASSERT_FALSE(got);
    EXPECT_THAT(got.failure().message, HasSubstr("damaged"));
  }
}

TEST(Bytes, BeyondTheLimitAreRefused) {
  const Bytes bytes(1000, 7);
  for (const Bytes& packed : {bytes, gzip(bytes), xz(bytes)}) {
    EXPECT_TRUE(unpack(packed, "exact", 1000));
    const Result<Bytes> got = unpack(packed, "large", 999);
    ASSERT_FALSE(got);
    EXPECT_THAT(got.failure().message, HasSubstr("large: holds more than 999 bytes"));
  }
}

TEST(Bytes, OfAFileThatIsNotThereAreMissing) {
  const TemporaryFolder folder;
  const Result<Bytes> got = read_bytes(folder.path() / "nothing");
  ASSERT_FALSE(got);
  EXPECT_EQ(got.failure().kind, FailureKind::kMissing);
  EXPECT_THAT(got.failure().message, HasSubstr("nothing"));
}

}  // namespace
}  // namespace murmur::data
