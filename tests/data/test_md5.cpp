// SPDX-License-Identifier: Apache-2.0
// The test suite of RFC 1321, and the lengths around a block.
#include <string>

#include <gtest/gtest.h>

#include "murmur/data/md5.h"

namespace murmur::data {
namespace {

std::string of(const std::string& text) {
  return md5({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

TEST(Md5, IsThatOfTheStandard) {
  EXPECT_EQ(of(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(of("a"), "0cc175b9c0f1b6a831c399e269772661");
  EXPECT_EQ(of("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(of("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
            "57edf4a22be3c955ac49da2e2107b67a");
}

TEST(Md5, PadsEveryLength) {
  EXPECT_EQ(of(std::string(55, 'a')), "ef1772b6dff9a122358552954ad0df65");
  EXPECT_EQ(of(std::string(56, 'a')), "3b0c8ac703f828b04c6c197006d17218");
  EXPECT_EQ(of(std::string(64, 'a')), "014842d480b571495a4a0363793f7367");
}

}  // namespace
}  // namespace murmur::data
