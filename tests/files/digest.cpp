// SPDX-License-Identifier: Apache-2.0
#include "murmur/files/digest.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/files/atomic_file.h"
#include "tests/support/temporary_folder.h"

namespace murmur::files {
namespace {

TEST(Digest, IsXxh3) {
  // The published XXH3-64 of the empty input with seed 0.
  EXPECT_EQ(to_hex(digest_of(std::string_view())), "2d06800538d394c2");
}

TEST(Digest, DoesNotDependOnThePieces) {
  std::string text;
  for (std::uint64_t k = 0; k < 3000; ++k) {
    text.push_back(static_cast<char>(Random(1, Stream::kTest).bits(k) & 0xffU));
  }
  const auto bytes = std::as_bytes(std::span(text.data(), text.size()));
  for (const std::size_t piece : {1U, 7U, 256U, 1024U, 2999U}) {
    Digest digest;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
      digest.add(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    }
    EXPECT_EQ(digest.value(), digest_of(text)) << piece;
  }
}

TEST(Digest, OfAFileIsThatOfItsBytes) {
  const murmur::testing::TemporaryFolder folder;
  const std::string text((std::size_t{1} << 21) + 17, 'm');
  ASSERT_TRUE(write_file(folder.path() / "a", text));
  EXPECT_EQ(digest_of_file(folder.path() / "a").value(), digest_of(text));
  EXPECT_EQ(digest_of_file(folder.path() / "b").failure().kind, FailureKind::kMissing);
}

TEST(Digest, IsWrittenWithSixteenDigitsAndReadBack) {
  for (const std::uint64_t value : {0ULL, 1ULL, 0x0123456789abcdefULL, ~0ULL}) {
    EXPECT_EQ(to_hex(value).size(), 16U);
    EXPECT_EQ(from_hex(to_hex(value)), value);
  }
  EXPECT_EQ(to_hex(0x0123456789abcdefULL), "0123456789abcdef");
  for (const char* wrong : {"",
                            "12",
                            "0123456789abcde",
                            "0123456789abcdef0",
                            "-123456789abcdef",
                            "0123456789abcdeg",
                            "0x23456789abcdef"}) {
    EXPECT_EQ(from_hex(wrong), std::nullopt) << wrong;
  }
}

template <class S>
void expect_digest_of_parameters() {
  Layout layout(sizeof(S));
  layout.add("weight", {3, 7});
  layout.add("bias", {3});
  std::vector<S> row(layout.row_size(), S(0));
  std::vector<S> parameters;
  for (const TensorSlot& tensor : layout.tensors()) {
    for (std::size_t k = 0; k < tensor.size; ++k) {
      row[tensor.offset + k] = static_cast<S>(0.25 * static_cast<double>(parameters.size()));
      parameters.push_back(row[tensor.offset + k]);
    }
  }
  EXPECT_EQ(digest_of_row(layout, row.data()), digest_of(std::as_bytes(std::span(parameters))));
  row[layout.tensors()[0].size] = S(9);  // padding
  EXPECT_EQ(digest_of_row(layout, row.data()), digest_of(std::as_bytes(std::span(parameters))));
  row[layout.tensors()[1].offset] = S(9);
  EXPECT_NE(digest_of_row(layout, row.data()), digest_of(std::as_bytes(std::span(parameters))));
}

TEST(Digest, OfARowLeavesThePaddingOut) {
  expect_digest_of_parameters<float>();
  expect_digest_of_parameters<double>();
}

TEST(Digest, OfAllRowsIsThatOfTheirDigestsInOrder) {
  const std::vector<std::uint64_t> rows{0x0102030405060708ULL, 3};
  const std::array<unsigned char, 16> bytes{8, 7, 6, 5, 4, 3, 2, 1, 3, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(digest_of_rows(rows), digest_of(std::as_bytes(std::span(bytes))));
  EXPECT_NE(digest_of_rows(rows), digest_of_rows(std::vector<std::uint64_t>{rows[1], rows[0]}));
}

}  // namespace
}  // namespace murmur::files
