// SPDX-License-Identifier: Apache-2.0
// What is written is read back unchanged; the bytes are those of the format.
#include "murmur/files/safetensors.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace murmur::files {
namespace {

using murmur::testing::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Safetensors, GivesBackWhatWasWritten) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a.safetensors";
  const std::vector<double> wide{1, -2.5, 1e300};
  const std::vector<std::int64_t> counts{-1, 1LL << 62U};
  const std::vector<float> narrow{0.1F, 2, 3, 4, 5, 6};
  const std::vector<std::uint8_t> bytes{7};
  auto writer = SafetensorsWriter::create(path,
                                          {{"momentum/fc.weight", Dtype::kF64, {3}},
                                           {"counts", Dtype::kI64, {2}},
                                           {"x", Dtype::kF32, {2, 3}},
                                           {"nothing", Dtype::kF32, {0, 5}},
                                           {"one", Dtype::kU8, {}}},
                                          {{"step", "12"}, {"name", "\"quoted\" \xc3\xa9"}})
                    .value();
  ASSERT_TRUE(writer.append(std::span<const double>(wide).first(1)));
  ASSERT_TRUE(writer.append(std::span<const double>(wide).subspan(1)));
  ASSERT_TRUE(writer.append(std::span<const std::int64_t>(counts)));
  ASSERT_TRUE(writer.append(std::span<const float>(narrow)));
  ASSERT_TRUE(writer.append(std::span<const std::uint8_t>(bytes)));
  ASSERT_TRUE(writer.commit());
  EXPECT_EQ(writer.digest(), digest_of_file(path).value());

  const SafetensorsReader reader = SafetensorsReader::open(path).value();
  ASSERT_EQ(reader.tensors().size(), 5U);
  EXPECT_EQ(reader.metadata(), (Metadata{{"step", "12"}, {"name", "\"quoted\" \xc3\xa9"}}));
  const TensorInfo& x = *reader.find("x");
  EXPECT_EQ(x.dtype, Dtype::kF32);
  EXPECT_THAT(x.shape, ElementsAre(2, 3));
  std::vector<float> second_row(3);
  ASSERT_TRUE(reader.read(x, 3, std::span(second_row)));
  EXPECT_THAT(second_row, ElementsAre(4, 5, 6));
  std::vector<double> all(3);
  ASSERT_TRUE(reader.read(*reader.find("momentum/fc.weight"), 0, std::span(all)));
  EXPECT_EQ(all, wide);
  std::vector<std::int64_t> read_counts(2);
  ASSERT_TRUE(reader.read(*reader.find("counts"), 0, std::span(read_counts)));
  EXPECT_EQ(read_counts, counts);
  std::uint8_t one = 0;
  ASSERT_TRUE(reader.read(*reader.find("one"), 0, std::span(&one, 1)));
  EXPECT_EQ(one, 7);
  EXPECT_EQ(reader.find("y"), nullptr);
}

TEST(Safetensors, WritesTheBytesOfTheFormat) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  auto writer = SafetensorsWriter::create(path, {{"x", Dtype::kF32, {1, 2}}}, {}).value();
  const std::array<float, 2> values{1, -2};
  ASSERT_TRUE(writer.append(std::span<const float>(values)));
  ASSERT_TRUE(writer.commit());
  const std::string header = R"({"x":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]}})";
  ASSERT_EQ(header.size() % 8, 0U);
  std::string wanted{static_cast<char>(header.size()), 0, 0, 0, 0, 0, 0, 0};
  wanted += header;
  wanted += std::string("\x00\x00\x80\x3f\x00\x00\x00\xc0", 8);
  EXPECT_EQ(read_file(path, 1000).value(), wanted);
}

TEST(Safetensors, AlignsTheDataWithSpaces) {
  const TemporaryFolder folder;
  for (const std::string name : {"x", "xy", "xyz", "wxyz", "vwxyz"}) {
    const std::filesystem::path path = folder.path() / name;
    auto writer = SafetensorsWriter::create(path, {{name, Dtype::kF64, {0}}}, {}).value();
    ASSERT_TRUE(writer.commit());
    EXPECT_EQ(std::filesystem::file_size(path) % 8, 0U);
    EXPECT_TRUE(SafetensorsReader::open(path));
  }
}

TEST(Safetensors, KnowsEveryDtypeByItsName) {
  for (const std::string_view name : {"BOOL",
                                      "U8",
                                      "I8",
                                      "F8_E5M2",
                                      "F8_E4M3",
                                      "I16",
                                      "U16",
                                      "F16",
                                      "BF16",
                                      "I32",
                                      "U32",
                                      "F32",
                                      "I64",
                                      "U64",
                                      "F64"}) {
    ASSERT_TRUE(dtype_named(name)) << name;
    EXPECT_EQ(name_of(*dtype_named(name)), name);
    const std::size_t bytes = bytes_of(*dtype_named(name));
    const std::string digits(name.substr(name.find_first_of("0123456789", 1) == std::string::npos
                                             ? name.size()
                                             : name.find_first_of("0123456789", 1)));
    EXPECT_EQ(bytes, digits.empty() ? 1 : std::stoul(digits) / 8) << name;
  }
  EXPECT_FALSE(dtype_named("F128"));
}

TEST(Safetensors, LeavesTheOldFileWhereTheNewOneIsNotCommitted) {
  const TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "a";
  ASSERT_TRUE(write_file(path, "old"));
  {
    auto writer = SafetensorsWriter::create(path, {{"x", Dtype::kF32, {1}}}, {}).value();
    const float value = 1;
    ASSERT_TRUE(writer.append(std::span(&value, 1)));
  }
  EXPECT_EQ(read_file(path, 1000).value(), "old");
}

TEST(Safetensors, SaysWhereTheFileCannotBeWritten) {
  const TemporaryFolder folder;
  const std::filesystem::path nowhere = folder.path() / "none" / "a";
  const auto writer = SafetensorsWriter::create(nowhere, {{"x", Dtype::kF32, {1}}}, {});
  ASSERT_FALSE(writer);
  EXPECT_THAT(writer.failure().message, HasSubstr("cannot write " + nowhere.string()));
  auto full =
      SafetensorsWriter::create(folder.link_to("/dev/full"), {{"x", Dtype::kF32, {1}}}, {}).value();
  const float value = 1;
  ASSERT_TRUE(full.append(std::span(&value, 1)));
  const Status status = full.commit();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.failure().kind, FailureKind::kIo);
  EXPECT_THAT(status.failure().message, HasSubstr("No space left on device"));
}

TEST(SafetensorsDeathTest, RefusesFewerOrMoreElementsThanPlanned) {
  const TemporaryFolder folder;
  const auto write = [&](std::size_t count) {
    auto writer =
        SafetensorsWriter::create(folder.path() / "a", {{"x", Dtype::kF32, {2}}}, {}).value();
    const std::vector<float> values(count);
    static_cast<void>(writer.append(std::span<const float>(values)));
    static_cast<void>(writer.commit());
  };
  write(2);
  EXPECT_DEATH(write(1), "4 bytes are missing");
  EXPECT_DEATH(write(3), "12 bytes are appended where 8 are missing");
}

}  // namespace
}  // namespace murmur::files
