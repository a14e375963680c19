// SPDX-License-Identifier: Apache-2.0
#include "murmur/checkpoint/manifest.h"

#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/files/digest.h"

namespace murmur::checkpoint {
namespace {

using Json = nlohmann::json;
using ::testing::HasSubstr;

Manifest example() {
  Manifest manifest;
  manifest.algorithm = "dsgdm";
  manifest.precision = "double";
  manifest.workers = 5;
  manifest.config_digest = "0123";
  manifest.counters = {
      .step = 40, .age = 7, .previous_lr = 0.1, .bytes_sent = 1LL << 60U, .messages = 3};
  manifest.files = {
      {.name = "workers-0-1.safetensors", .bytes = 10, .digest = ~0ULL, .workers = {0, 2}},
      {.name = "workers-2-4.safetensors", .bytes = 20, .digest = 1, .workers = {2, 5}}};
  manifest.extras = CheckpointFile{.name = "extras.safetensors", .bytes = 5, .digest = 2};
  manifest.texts = {{"note", "caf\xc3\xa9"}};
  return manifest;
}

void expect_same(const CheckpointFile& a, const CheckpointFile& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.bytes, b.bytes);
  EXPECT_EQ(a.digest, b.digest);
  EXPECT_EQ(a.workers.begin, b.workers.begin);
  EXPECT_EQ(a.workers.end, b.workers.end);
}

TEST(Manifest, IsReadBackAsItWasWritten) {
  const Manifest wanted = example();
  const auto read = parse_manifest(to_text(wanted));
  ASSERT_TRUE(read) << read.failure().message;
  const Manifest& manifest = read.value();
  EXPECT_EQ(manifest.algorithm, wanted.algorithm);
  EXPECT_EQ(manifest.precision, wanted.precision);
  EXPECT_EQ(manifest.workers, wanted.workers);
  EXPECT_EQ(manifest.config_digest, wanted.config_digest);
  EXPECT_EQ(manifest.counters.step, wanted.counters.step);
  EXPECT_EQ(manifest.counters.age, wanted.counters.age);
  EXPECT_EQ(manifest.counters.previous_lr, wanted.counters.previous_lr);
  EXPECT_EQ(manifest.counters.bytes_sent, wanted.counters.bytes_sent);
  EXPECT_EQ(manifest.counters.messages, wanted.counters.messages);
  ASSERT_EQ(manifest.files.size(), 2U);
  expect_same(manifest.files[0], wanted.files[0]);
  expect_same(manifest.files[1], wanted.files[1]);
  ASSERT_TRUE(manifest.extras);
  expect_same(*manifest.extras, *wanted.extras);
  EXPECT_EQ(manifest.texts, wanted.texts);
}

TEST(Manifest, NoticesAnyChangedByte) {
  const std::string text = to_text(example());
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = static_cast<char>(changed[at] == '7' ? '8' : '7');
    const auto read = parse_manifest(changed);
    // Whitespace between two members may become other whitespace, nothing else.
    EXPECT_FALSE(read) << "byte " << at << " of " << text;
  }
}

// The failure message for the example with one change and a matching digest.
std::string complaint(const std::function<void(Json&)>& change) {
  Json json = Json::parse(to_text(example()));
  json.erase("digest");
  change(json);
  json["digest"] = files::to_hex(files::digest_of(json.dump()));
  const auto read = parse_manifest(json.dump());
  if (read) {
    return "not refused";
  }
  return (read.failure().kind == FailureKind::kMismatch ? "mismatch: " : "damaged: ") +
         read.failure().message;
}

TEST(Manifest, SaysWhatIsWrongWithIt) {
  EXPECT_EQ(complaint([](Json&) {}), "not refused");
  EXPECT_EQ(complaint([](Json& j) { j["schema"] = 2; }),
            "mismatch: it has schema 2; this version reads schema 1");
  EXPECT_EQ(complaint([](Json& j) { j.erase("step"); }), "damaged: 'step' is missing");
  EXPECT_THAT(complaint([](Json& j) { j["step"] = -1; }),
              HasSubstr("'step' is no integer between"));
  EXPECT_THAT(complaint([](Json& j) { j["step"] = 1e300; }), HasSubstr("'step' is no integer"));
  EXPECT_THAT(complaint([](Json& j) { j["step"] = ~0ULL; }), HasSubstr("'step' is no integer"));
  EXPECT_THAT(complaint([](Json& j) { j["algorithm"] = 1; }), HasSubstr("'algorithm' is no text"));
  EXPECT_THAT(complaint([](Json& j) { j["counters"]["previous_lr"] = nullptr; }),
              HasSubstr("'previous_lr' is no number"));
  EXPECT_THAT(complaint([](Json& j) { j["counters"] = 1; }), HasSubstr("an object is missing"));
  EXPECT_THAT(complaint([](Json& j) { j["texts"]["note"] = 1; }), HasSubstr("'note' is no text"));
  EXPECT_THAT(complaint([](Json& j) { j["extras"] = 1; }), HasSubstr("an object is missing"));
  EXPECT_THAT(complaint([](Json& j) { j["files"][0]["digest"] = "x"; }),
              HasSubstr("'digest' is no digest"));
}

TEST(Manifest, HoldsEveryWorkerOnce) {
  EXPECT_THAT(complaint([](Json& j) { j["files"].erase(0); }), HasSubstr("one worker after the"));
  EXPECT_THAT(complaint([](Json& j) { j["files"].erase(1); }), HasSubstr("hold 2 of 5 workers"));
  EXPECT_THAT(complaint([](Json& j) { j["files"] = Json::array(); }), HasSubstr("0 of 5 workers"));
  EXPECT_THAT(complaint([](Json& j) { j["files"][1]["first_worker"] = 1; }),
              HasSubstr("one worker after the other"));
  EXPECT_THAT(complaint([](Json& j) { j["files"][1]["workers"] = 0; }),
              HasSubstr("one worker after the other"));
  EXPECT_THAT(complaint([](Json& j) { j["files"] = j["files"][0]; }), HasSubstr("damaged"));
}

TEST(Manifest, NamesOnlyFilesOfItsOwnFolder) {
  for (const std::string name : {"", ".", "..", "/etc/passwd", "../x", "a/b", ".hidden"}) {
    EXPECT_THAT(complaint([&](Json& j) { j["files"][0]["name"] = name; }),
                HasSubstr("a file has no plain name"));
    EXPECT_THAT(complaint([&](Json& j) { j["extras"]["name"] = name; }),
                HasSubstr("a file has no plain name"));
  }
}

TEST(Manifest, IsNotReadDeeperThanItIs) {
  const std::string deep(1000000, '[');
  for (const std::string& text : {deep,
                                  "{\"a\":" + deep,
                                  std::string(),
                                  std::string("[]"),
                                  std::string("{}"),
                                  std::string("null")}) {
    const auto read = parse_manifest(text);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.failure().kind, FailureKind::kDamaged);
  }
  EXPECT_THAT(complaint([](Json& j) { j["texts"]["a"] = Json::parse("[[[[[1]]]]]"); }),
              HasSubstr("no valid JSON object"));
}

}  // namespace
}  // namespace murmur::checkpoint
