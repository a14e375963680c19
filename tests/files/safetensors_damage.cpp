// SPDX-License-Identifier: Apache-2.0
// Every kind of damage is refused with a message that names it.
#include <cstdint>
#include <cstring>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/files/safetensors.h"
#include "tests/support/temporary_folder.h"

namespace murmur::files {
namespace {

using murmur::testing::TemporaryFolder;
using ::testing::HasSubstr;

struct Damage {
  std::string name;
  std::string json;
  std::uint64_t data_bytes = 0;
  std::string complaint;
};

std::string tensor(const std::string& name,
                   const std::string& dtype,
                   const std::string& shape,
                   const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
         offsets + "}";
}

std::string nested(std::size_t depth) {
  return R"({"a":{"shape":)" + std::string(depth, '[');
}

const std::string kTwo = tensor("a", "F32", "[2]", "[0,8]");

class Damaged : public ::testing::TestWithParam<Damage> {};

TEST_P(Damaged, IsRefusedByName) {
  const auto header = parse_header(GetParam().json, GetParam().data_bytes);
  ASSERT_FALSE(header);
  EXPECT_EQ(header.failure().kind, FailureKind::kDamaged);
  EXPECT_THAT(header.failure().message, HasSubstr(GetParam().complaint));
}

INSTANTIATE_TEST_SUITE_P(
    Header,
    Damaged,
    ::testing::Values(
        Damage{"Empty", "", 0, "does not begin with '{'"},
        Damage{"LeadingSpace", " {}", 0, "does not begin with '{'"},
        Damage{"List", "[]", 0, "does not begin with '{'"},
        Damage{"Torn", "{" + kTwo, 8, "no valid JSON at byte"},
        Damage{"Trailing", "{} {}", 0, "no valid JSON at byte"},
        Damage{"NotUtf8", "{\"\xff\":{}}", 0, "no valid JSON at byte"},
        Damage{"Overlap",
               "{" + kTwo + "," + tensor("b", "F32", "[2]", "[4,12]") + "}",
               12,
               "tensor 'b' overlaps another"},
        Damage{"SamePlace",
               "{" + kTwo + "," + tensor("b", "F32", "[2]", "[0,8]") + "}",
               8,
               "tensor 'b' overlaps another"},
        Damage{"Hole",
               "{" + kTwo + "," + tensor("b", "F32", "[1]", "[12,16]") + "}",
               16,
               "a hole in front of tensor 'b'"},
        Damage{"HoleAtTheStart",
               "{" + tensor("b", "F32", "[1]", "[4,8]") + "}",
               8,
               "a hole in front of tensor 'b'"},
        Damage{"BytesLeftOver", "{" + kTwo + "}", 9, "1 bytes at its end belong to no tensor"},
        Damage{"NoTensorButData", "{}", 3, "3 bytes at its end belong to no tensor"},
        Damage{"BeyondTheEnd", "{" + kTwo + "}", 7, "tensor 'a' lies at bytes 0 to 8, outside of"},
        Damage{"EndBeforeBegin",
               "{" + tensor("a", "F32", "[0]", "[4,0]") + "}",
               8,
               "tensor 'a' lies at bytes 4 to 0"},
        Damage{"TooFewBytes",
               "{" + tensor("a", "F64", "[2]", "[0,8]") + "}",
               8,
               "tensor 'a' has 8 bytes, not what its dtype F64 and shape need"},
        Damage{"SizeOverflows",
               "{" + tensor("a", "F64", "[4294967296,4294967296]", "[0,0]") + "}",
               0,
               "tensor 'a' has 0 bytes, not what its dtype"},
        Damage{"SizeOverflowsOnTheWay",
               "{" + tensor("a", "F64", "[4294967296,4294967296,1]", "[0,0]") + "}",
               0,
               "tensor 'a' has 0 bytes, not what its dtype"},
        Damage{"SizeOverflowsByDtype",
               "{" + tensor("a", "F64", "[2305843009213693952]", "[0,0]") + "}",
               0,
               "tensor 'a' has 0 bytes, not what its dtype"},
        Damage{"DimensionTooLarge",
               "{" + tensor("a", "U8", "[18446744073709551615]", "[0,0]") + "}",
               0,
               "tensor 'a' has too large a dimension"},
        Damage{"NegativeDimension",
               "{" + tensor("a", "U8", "[-1]", "[0,0]") + "}",
               0,
               "a negative number where it may not"},
        Damage{"FractionalDimension",
               "{" + tensor("a", "U8", "[1.5]", "[0,0]") + "}",
               0,
               "a number that is no integer"},
        Damage{"HugeNumber", "{" + tensor("a", "U8", "[1e400]", "[0,0]") + "}", 0, "JSON"},
        Damage{"UnknownDtype",
               "{" + tensor("a", "F31", "[2]", "[0,8]") + "}",
               8,
               "tensor 'a' has the unknown dtype 'F31'"},
        Damage{"DtypeIsANumber", R"({"a":{"dtype":4}})", 8, "a number where it may not"},
        Damage{"OneOffset",
               "{" + tensor("a", "F32", "[2]", "[0]") + "}",
               8,
               "tensor 'a' needs a dtype, a shape and two data_offsets"},
        Damage{"ThreeOffsets",
               "{" + tensor("a", "F32", "[2]", "[0,8,8]") + "}",
               8,
               "tensor 'a' has more than two data_offsets"},
        Damage{"NoShape",
               R"({"a":{"dtype":"F32","data_offsets":[0,8]}})",
               8,
               "tensor 'a' needs a dtype, a shape"},
        Damage{"UnknownMember",
               R"({"a":{"dtype":"F32","stride":[1]}})",
               8,
               "tensor 'a' has an unknown member 'stride'"},
        Damage{"MemberTwice",
               R"({"a":{"dtype":"F32","dtype":"F32"}})",
               8,
               "tensor 'a' has two members 'dtype'"},
        Damage{"TensorTwice", "{" + kTwo + "," + kTwo + "}", 8, "'a' is there twice"},
        Damage{"MetadataTwice",
               R"({"__metadata__":{},"__metadata__":{}})",
               0,
               "'__metadata__' is there twice"},
        Damage{"MetadataKeyTwice",
               R"({"__metadata__":{"k":"1","k":"2"}})",
               0,
               "metadata 'k' is there twice"},
        Damage{"MetadataOfNumbers", R"({"__metadata__":{"k":1}})", 0, "a number where it may not"},
        Damage{"MetadataNested", R"({"__metadata__":{"k":{}}})", 0, "an object where it may not"},
        Damage{"TensorIsNull", R"({"a":null})", 0, "null where it may not, near 'a'"},
        Damage{"TensorIsAText", R"({"a":"x"})", 0, "a text where it may not"},
        Damage{"TensorIsTrue", R"({"a":true})", 0, "a boolean where it may not"},
        Damage{"NestedDeeper", R"({"a":{"shape":[[1]]}})", 0, "a list where it may not"},
        Damage{"NestedVeryDeep", nested(1000000), 0, "a list where it may not"},
        Damage{"TooManyDimensions",
               "{" +
                   tensor(
                       "a",
                       "U8",
                       "[" +
                           [] {
                             std::string ones = "1";
                             for (std::size_t k = 0; k < kMostDimensions; ++k) {
                               ones += ",1";
                             }
                             return ones;
                           }() +
                           "]",
                       "[0,1]") +
                   "}",
               1,
               "tensor 'a' has too many dimensions"},
        Damage{"HidesControlCharacters", R"({"\u001b[31m":null})", 0, "near '?[31m'"}),
    [](const auto& about) { return about.param.name; });

class DamagedFile : public ::testing::Test {
 protected:
  std::string refusal(const std::string& bytes) {
    const std::filesystem::path path = folder_.path() / "a.safetensors";
    // Not atomic: syncing to disk each time would be slow.
    std::ofstream(path, std::ios::binary) << bytes;
    const auto reader = SafetensorsReader::open(path);
    if (reader) {
      return "not refused";
    }
    EXPECT_EQ(reader.failure().kind, FailureKind::kDamaged);
    EXPECT_THAT(reader.failure().message, HasSubstr(path.string()));
    EXPECT_EQ(read_file(path, std::size_t{1} << 20).value(), bytes);
    return reader.failure().message;
  }
  static std::string with_length(std::uint64_t length, const std::string& rest) {
    std::string bytes(sizeof(length), '\0');
    std::memcpy(bytes.data(), &length, sizeof(length));
    return bytes + rest;
  }

  TemporaryFolder folder_;
};

TEST_F(DamagedFile, IsRefusedWhenItIsTooShort) {
  EXPECT_THAT(refusal(""), HasSubstr("it has only 0 bytes"));
  EXPECT_THAT(refusal("1234567"), HasSubstr("it has only 7 bytes"));
}

TEST_F(DamagedFile, IsRefusedWhenItsHeaderIsLongerThanTheFileOrTheLimit) {
  EXPECT_THAT(refusal(with_length(3, "{}")), HasSubstr("would have 3 bytes; allowed are 2"));
  EXPECT_THAT(refusal(with_length(~0ULL, "{}")), HasSubstr("allowed are 2"));
  EXPECT_THAT(refusal(with_length(kMostHeaderBytes + 1, "{}")), HasSubstr("allowed are 2"));
}

TEST_F(DamagedFile, IsRefusedWhereverItIsCut) {
  const std::string json = "{" + kTwo + "}";
  const std::string whole = with_length(json.size(), json + "12345678");
  EXPECT_EQ(refusal(whole), "not refused");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_THAT(refusal(whole.substr(0, length)), HasSubstr("no whole safetensors file")) << length;
  }
}

TEST(DamagedHeader, IsRefusedOrStillTilesTheDataWhateverByteIsWrong) {
  const std::string json = "{" + kTwo + "," + tensor("b", "I64", "[1,2]", "[8,24]") + "}";
  const Random random(1, Stream::kTest);
  int refused = 0;
  constexpr int kVariants = 5000;
  for (std::uint64_t k = 0; k < kVariants; ++k) {
    std::string changed = json;
    changed[random.below(2 * k, json.size())] = static_cast<char>(random.below(2 * k + 1, 256));
    const auto header = parse_header(changed, 24);
    refused += header ? 0 : 1;
    std::uint64_t reached = 0;
    for (std::size_t t = 0; header && t < header.value().tensors.size(); ++t) {
      EXPECT_EQ(header.value().tensors[t].begin, reached);
      reached = header.value().tensors[t].end;
    }
    EXPECT_EQ(reached, header ? 24U : 0U);
  }
  EXPECT_GT(refused, kVariants / 2);
  EXPECT_LT(refused, kVariants);  // a changed letter in a name is valid
}

TEST_F(DamagedFile, IsNoticedWhenItShrinksWhileItIsRead) {
  const std::filesystem::path path = folder_.path() / "a";
  const std::string json = "{" + kTwo + "}";
  ASSERT_TRUE(write_file(path, with_length(json.size(), json + "12345678")));
  const SafetensorsReader reader = SafetensorsReader::open(path).value();
  std::filesystem::resize_file(path, sizeof(std::uint64_t) + json.size() + 5);
  float values[2] = {};
  const Status status = reader.read(reader.tensors()[0], 0, std::span<float>(values));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kDamaged);
  EXPECT_THAT(status.failure().message, HasSubstr("ends within tensor 'a'"));
}

TEST_F(DamagedFile, IsToldFromAMissingOneAndFromAFolder) {
  EXPECT_EQ(SafetensorsReader::open(folder_.path() / "none").failure().kind, FailureKind::kMissing);
  EXPECT_EQ(SafetensorsReader::open(folder_.path()).failure().kind, FailureKind::kIo);
}

}  // namespace
}  // namespace murmur::files
