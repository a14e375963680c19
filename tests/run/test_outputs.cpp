// SPDX-License-Identifier: Apache-2.0
// TensorBoard events, traces, the progress line.
#include <bit>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/run/records/tensorboard.h"
#include "murmur/run/records/trace.h"
#include "murmur/run/train/progress.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file, std::ios::binary).rdbuf();
  return text.str();
}

// The check value of RFC 3720, and its vector of 32 zeros.
TEST(Crc32c, AgreesWithItsStandard) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aaU);
}

TEST(Tensorboard, FramesARecord) {
  const std::string record = tensorboard_record("abc");
  ASSERT_EQ(record.size(), 8U + 4 + 3 + 4);
  EXPECT_EQ(record.substr(0, 8), std::string("\x03\0\0\0\0\0\0\0", 8));
  EXPECT_EQ(record.substr(12, 3), "abc");
  const std::uint32_t masked = std::rotr(crc32c("abc"), 15) + 0xa282ead8U;
  EXPECT_EQ(static_cast<unsigned char>(record[15]), masked & 0xffU);
  EXPECT_EQ(static_cast<unsigned char>(record[18]), masked >> 24U);
}

TEST(Tensorboard, BeginsWithItsVersionAndNamesItsValues) {
  const murmur::testing::TemporaryFolder folder;
  auto file = TensorboardFile::create(folder.path(), 1700000000.0);
  ASSERT_TRUE(file);
  ASSERT_TRUE(file.value().append(
      {.step = 300, .epoch = 1, .wall_s = 1, .values = {{"train/loss", 0.5}}}, 1700000001.0));
  const auto found = *std::filesystem::directory_iterator(folder.path());
  EXPECT_THAT(found.path().filename().string(), StartsWith("events.out.tfevents.1700000000."));
  const std::string bytes = read(found.path());
  EXPECT_THAT(bytes, HasSubstr("brain.Event:2"));
  // step 300 as a varint behind key 0x10; then the tag, and 0.5 as a float behind key 0x15.
  EXPECT_THAT(bytes, HasSubstr("\x10\xac\x02"));
  EXPECT_THAT(bytes, HasSubstr(std::string("\x0a\x0atrain/loss\x15\0\0\0\x3f", 17)));
}

// What a reader of all event files, in name order, ends up with: the steps of summaries, without
// those that a START event discards.
struct Events {
  std::vector<std::int64_t> steps;  // as written
  std::vector<std::int64_t> starts;
};

Events events_in(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.insert(entry.path());
  }
  Events events;
  for (const std::filesystem::path& file : files) {
    const std::string bytes = read(file);
    std::size_t at = 0;
    while (at + 12 < bytes.size()) {
      std::uint64_t length = 0;
      std::memcpy(&length, bytes.data() + at, sizeof length);
      const std::string event = bytes.substr(at + 12, length);
      EXPECT_EQ(tensorboard_record(event), bytes.substr(at, length + 16));
      at += length + 16;
      const auto step = static_cast<unsigned char>(event[10]);  // below 128 here
      if (event[11] == '\x2a') {
        events.steps.push_back(step);
      } else if (event[11] == '\x3a') {
        EXPECT_EQ(event.substr(11), std::string("\x3a\x02\x08\x01"));
        events.starts.push_back(step);
      }
    }
    EXPECT_EQ(at, bytes.size()) << file;
  }
  return events;
}

TEST(Tensorboard, GoesOnWhereARunIsTakenUpAgain) {
  const murmur::testing::TemporaryFolder folder;
  const auto write = [&](double now_s, std::int64_t next, std::vector<std::int64_t> steps) {
    auto file = TensorboardFile::follow(folder.path(), now_s, next);
    ASSERT_TRUE(file);
    for (const std::int64_t step : steps) {
      ASSERT_TRUE(file.value().append({.step = step, .values = {{"train/loss", 1}}}, now_s));
    }
  };
  write(1700000000, 0, {1, 2, 3, 4});
  EXPECT_TRUE(events_in(folder.path()).starts.empty());
  const auto first = std::filesystem::directory_iterator(folder.path())->path();
  std::filesystem::resize_file(first, std::filesystem::file_size(first) - 5);  // torn by a kill
  write(1700000000, 3, {3, 4, 5});  // within the same second
  EXPECT_THAT(events_in(folder.path()).steps, ::testing::ElementsAre(1, 2, 3, 4, 5));
  EXPECT_THAT(events_in(folder.path()).starts, ::testing::ElementsAre(3));
  write(1690000000, 2, {2});  // a clock that was set back
  EXPECT_THAT(events_in(folder.path()).steps, ::testing::ElementsAre(1, 2));
  EXPECT_THAT(events_in(folder.path()).starts, ::testing::ElementsAre(2));
}

TEST(Trace, IsAnArrayOfSpans) {
  const murmur::testing::TemporaryFolder folder;
  auto made = TraceFile::create(folder.path() / "trace.json", 0);
  auto other = TraceFile::create(folder.path() / "trace-1.json", 1);
  ASSERT_TRUE(made && other);
  TraceFile& trace = *made.value();
  trace.span("step", -1, 0.5, 0.75, 1);
  trace.span("evaluation", -1, 0.75, 1, 1);
  other.value()->span("gradient", 6, 0.25, 0.5, 2);
  other.value()->span("wait", -1, 0.5, 0.75, 2);
  ASSERT_TRUE(other.value()->close());
  ASSERT_TRUE(trace.join(folder.path() / "trace-1.json"));
  ASSERT_TRUE(trace.close());
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "trace-1.json"));
  const auto events = nlohmann::json::parse(read(folder.path() / "trace.json"));
  ASSERT_EQ(events.size(), 6U);
  EXPECT_EQ(events[0]["args"]["name"], "process 0");
  EXPECT_EQ(events[1]["ph"], "X");
  EXPECT_EQ(events[1]["ts"], 500000.0);
  EXPECT_EQ(events[1]["dur"], 250000.0);
  EXPECT_EQ(events[2]["name"], "evaluation");
  EXPECT_EQ(events[4]["name"], "gradient");
  EXPECT_EQ(events[4]["pid"], 1);
  EXPECT_EQ(events[4]["tid"], 7);
  EXPECT_EQ(events[5]["tid"], 0);
}

TEST(Progress, SaysHowMuchIsLeft) {
  const Progress progress{.first_step = 100,
                          .step = 200,
                          .steps = 400,
                          .epoch = 2,
                          .epochs = 4,
                          .loss = 0.53125,
                          .measure = "accuracy",
                          .score = 0.75,
                          .wall_s = 60};
  EXPECT_EQ(progress_text("run", progress),
            "run: step 200/400  epoch 2.00/4  loss 0.531  accuracy 0.750  1 min 0 s, 2 min 0 s to "
            "go");
}

TEST(Progress, IsNotDrawnOffATerminal) {
  const murmur::testing::TemporaryFolder folder;
  const std::filesystem::path path = folder.path() / "err";
  std::FILE* file = std::fopen(path.c_str(), "wb");
  {
    ProgressLine line(file, "run", false);
    line.draw({.first_step = 0, .step = 1, .steps = 1, .wall_s = 1});
  }
  std::fclose(file);
  EXPECT_EQ(read(path), "");
}

TEST(Duration, IsWrittenInTheLargestUnitsThatMatter) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.6), "1 min 0 s");
  EXPECT_EQ(duration_text(3725), "1 h 2 min");
}

}  // namespace
}  // namespace murmur::run
