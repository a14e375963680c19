// SPDX-License-Identifier: Apache-2.0
// Pairs of sentences in aligned files, from small ones.
#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/dataset.h"
#include "murmur/data/text/pairs.h"
#include "murmur/data/training_data.h"
#include "tests/data/small_files.h"

namespace murmur::data::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Bytes bytes_of(const std::string& text) {
  return {text.begin(), text.end()};
}

// Line i of both sides has i mod 7 + 1 words.
std::string lines(const std::string& word, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    for (int k = 0; k <= i % 7; ++k) {
      text += (k == 0 ? "" : " ") + word + std::string(1, static_cast<char>('a' + (i + k) % 5));
    }
    text += "\n";
  }
  return text;
}

class PairFiles : public ::testing::Test {
 protected:
  PairFiles() {
    write("train.en", lines("hous", 40));
    write("train.de", lines("haus", 40));
    write("test.en", lines("hous", 9));
    write("test.de", lines("haus", 9));
  }
  void write(const std::string& name, const std::string& text) {
    write_file(folder_.path() / name, bytes_of(text));
  }
  Places places(std::int64_t vocabulary = 22) {
    Places places{.folder = folder_.path().string(), .environment = {}};
    places.settings.options = OptionValues(find_dataset("translation")->options);
    places.settings.options.set("vocabulary_size", vocabulary);
    return places;
  }
  static auto read(const Places& places) {
    return read_dataset(*find_dataset("translation"), places);
  }
  static std::vector<std::int32_t> row(const Examples& examples, const char* side, int i) {
    const auto tokens = examples.column(side).row<std::int32_t>(i);
    return {tokens.begin(), tokens.end()};
  }

  TemporaryFolder folder_;
};

TEST_F(PairFiles, BecomePiecesWithAnEnd) {
  const auto dataset = read(places());
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_EQ(data.task, Task::kTranslation);
  EXPECT_EQ(data.training.count(), 40);
  EXPECT_EQ(data.test.count(), 9);
  EXPECT_EQ(data.left_out, 0);
  const Vocabulary& words = *data.vocabulary;
  EXPECT_EQ(words.size(), 22);
  for (const char* side : {"x", "y"}) {
    auto tokens = row(data.training, side, 3);
    EXPECT_EQ(tokens.back(), 3);
    tokens.pop_back();
    EXPECT_EQ(words.decode(tokens),
              side == std::string("x") ? "housd house housa housb" : "hausd hause hausa hausb");
  }
  EXPECT_EQ(data.references.size(), 9U);
  EXPECT_EQ(data.references[1], "hausb hausc");
  const ExampleForm form = data.form();
  EXPECT_EQ(form.kind, ExampleKind::kPairs);
  EXPECT_EQ(form.outputs, 22);
  EXPECT_EQ(form.vocabulary, 22);
  EXPECT_EQ(form.longest,
            std::max(data.training.column("x").row_size(), data.training.column("y").row_size()));
  EXPECT_EQ(read(places()).value()->digest, data.digest);
  EXPECT_NE(read(places(23)).value()->digest, data.digest);
}

TEST_F(PairFiles, MayBeCompressedAndHaveOtherNames) {
  const Dataset plain = *read(places()).value();
  for (const char* name : {"train", "test"}) {
    for (const char* side : {"en", "de"}) {
      const auto from = folder_.path() / (std::string(name) + "." + side);
      const auto bytes = read_bytes(from).value();
      const std::string to =
          std::string("my-") + name + (side == std::string("en") ? ".fr" : ".it");
      write_file(folder_.path() / (to + (name == std::string("test") ? ".gz" : ".xz")),
                 name == std::string("test") ? gzip(bytes) : xz(bytes));
      std::filesystem::remove(from);
    }
  }
  Places other = places();
  other.settings.options.set("source", std::string("fr"));
  other.settings.options.set("target", std::string("it"));
  other.settings.options.set("train", std::string("my-train"));
  other.settings.options.set("test", std::string("my-test"));
  const auto dataset = read(other);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(dataset.value()->digest, plain.digest);
  other.settings.options.set("train", std::string("train"));
  EXPECT_EQ(read(other).failure().kind, FailureKind::kMissing);
  EXPECT_THAT(read(other).failure().message, AllOf(HasSubstr("train.fr"), HasSubstr("train.it")));
}

TEST_F(PairFiles, OfSeveralNamesAreOneTrainingSetInGroups) {
  write("more.en", "housa\nhousb\n");
  write("more.de", "hausa\nhausb\n");
  Places both = places();
  both.settings.options.set("train", std::string("train\nmore"));
  const auto dataset = read(both);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(dataset.value()->training.count(), 42);
  TrainingDataSettings settings{.workers = 2, .partition = {}, .batches = {.batch_tokens = 64}};
  settings.partition = {
      .name = "natural", .amounts = {.kind = Amounts::Kind::kDrawn}, .by = "file"};
  const auto divided = divide(dataset.value(), settings);
  ASSERT_TRUE(divided) << divided.failure().message;
  const Partition& partition = *divided.value().partition;
  EXPECT_THAT((std::set<std::int64_t>{partition.count(0), partition.count(1)}), ElementsAre(2, 40));
}

TEST_F(PairFiles, WithAnEmptyOrLongSideAreLeftOutOfTraining) {
  write("train.en", lines("hous", 40) + "\nhousa\nhousa\n");
  write("train.de", lines("haus", 40) + "hausa\n \n" + lines("haus", 7).substr(0, 5) + "\n");
  const auto all = read(places());
  ASSERT_TRUE(all) << all.failure().message;
  EXPECT_EQ(all.value()->left_out, 2);
  EXPECT_EQ(all.value()->training.count(), 41);
  Places few = places();
  few.settings.options.set("max_length", std::int64_t{4});
  const auto dataset = read(few);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_GT(dataset.value()->left_out, 2);
  EXPECT_EQ(dataset.value()->left_out + dataset.value()->training.count(), 43);
  EXPECT_LE(dataset.value()->training.column("x").row_size(), 5);
  EXPECT_LE(dataset.value()->training.column("y").row_size(), 5);
  EXPECT_EQ(dataset.value()->test.count(), 9) << "all are kept";
  EXPECT_EQ(dataset.value()->test.column("x").row_size(), 5) << "sources are cut";
  EXPECT_GT(dataset.value()->test.column("y").row_size(), 5) << "targets are not";
  EXPECT_GT(dataset.value()->cut_texts, 0);
  EXPECT_EQ(row(dataset.value()->test, "x", 6).back(), 3);
}

TEST_F(PairFiles, OfJustTheMostPiecesAreKeptAsTheyAre) {
  const auto count = read(places()).value()->test.column("x").row_size() - 1;  // without </s>
  for (const std::int64_t most : {count - 1, count}) {
    Places limited = places();
    limited.settings.options.set("max_length", most);
    const auto dataset = read(limited).value();
    EXPECT_EQ(dataset->test.column("x").row_size(), most + 1);
    EXPECT_EQ(dataset->cut_texts > 0, most < count);
  }
}

TEST_F(PairFiles, WithAnEmptySideAreKeptInTest) {
  write("test.en", "\nhousa\n");
  write("test.de", "hausa\n\n");
  const auto dataset = read(places());
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(row(dataset.value()->test, "x", 0), std::vector<std::int32_t>{3});
  EXPECT_EQ(row(dataset.value()->test, "y", 1), std::vector<std::int32_t>{3});
  EXPECT_THAT(dataset.value()->references, ElementsAre("hausa", ""));
}

TEST_F(PairFiles, HaveValidationFilesOnRequest) {
  Places wanted = places();
  wanted.settings.validation = {"val"};
  EXPECT_EQ(read(wanted).failure().kind, FailureKind::kMissing);
  write("val.en", "housa\n");
  write("val.de", "hausa\n");
  const auto dataset = read(wanted);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(dataset.value()->validation.count(), 1);
  TrainingDataSettings settings{.partition = {}, .batches = {.batch_tokens = 64}};
  settings.validation.names = {"val"};
  EXPECT_EQ(divide(dataset.value(), settings).value().validation.examples.size(), 1U);
  settings.validation.names = {"valid"};
  EXPECT_THAT(divide(dataset.value(), settings).failure().message, HasSubstr("it has \"val\""));
  settings.validation.names = {};
  settings.validation.share = 0.25;
  EXPECT_EQ(divide(dataset.value(), settings).value().validation.examples.size(), 10U);
}

TEST_F(PairFiles, ThatDoNotAlignAreNamedWithBothCounts) {
  write("train.de", lines("haus", 39));
  const auto failure = read(places()).failure();
  EXPECT_EQ(failure.kind, FailureKind::kDamaged);
  EXPECT_THAT(failure.message,
              AllOf(HasSubstr("train.en has 40 lines"), HasSubstr("train.de has 39")));
}

TEST_F(PairFiles, WithInvalidTextAreNamedWithTheirLine) {
  write("test.de", lines("haus", 4) + "\xff" + lines("haus", 5));
  const auto failure = read(places()).failure();
  EXPECT_EQ(failure.kind, FailureKind::kDamaged);
  EXPECT_THAT(failure.message, AllOf(HasSubstr("test.de, line 5"), HasSubstr("0xff")));
}

TEST_F(PairFiles, MayEndTheirLinesAsOnWindowsAndHaveOtherBreaksInside) {
  EXPECT_THAT(lines_of("a\r\nb\rc\n\nd"), ElementsAre("a", "b\rc", "", "d"));
  EXPECT_THAT(lines_of("a\u2028b\n"), ElementsAre("a\u2028b"));
}

TEST_F(PairFiles, TakeAVocabularyOfAFile) {
  const auto first = read(places(24)).value();
  write("given.model", first->vocabulary->content());
  Places given = places();
  given.settings.options.set("vocabulary", (folder_.path() / "given.model").string());
  const auto dataset = read(given);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(dataset.value()->digest, first->digest);
  write("given.model", "no model");
  EXPECT_EQ(read(given).failure().kind, FailureKind::kDamaged);
}

TEST_F(PairFiles, KeepTheirTrainedVocabularyInTheCache) {
  Places kept = places();
  kept.cache = folder_.path() / "cache";
  const auto first = read(kept).value();
  const auto entries = [&] {
    std::vector<std::filesystem::path> all;
    for (const auto& entry : std::filesystem::directory_iterator(kept.cache)) {
      all.push_back(entry.path());
    }
    return all;
  };
  ASSERT_EQ(entries().size(), 1U);
  // Another model in its place is taken: it is not trained again.
  const auto other = read(places(21)).value();
  Bytes bytes = read_bytes(entries().front()).value();
  const auto entry = entries().front();
  kept.settings.options.set("vocabulary_size", std::int64_t{21});
  EXPECT_EQ(read(kept).value()->digest, other->digest);
  ASSERT_EQ(entries().size(), 2U);
  for (const auto& path : entries()) {
    if (path != entry) {
      std::filesystem::copy_file(path, entry, std::filesystem::copy_options::overwrite_existing);
    }
  }
  kept.settings.options.set("vocabulary_size", std::int64_t{22});
  EXPECT_EQ(read(kept).value()->vocabulary->size(), 21);
  write_file(entry, Bytes(10, 0));  // a damaged entry is as if it were not there
  EXPECT_EQ(read(kept).value()->digest, first->digest);
  EXPECT_EQ(read_bytes(entry).value(), bytes) << "and is replaced";
  write("train.en", lines("mous", 40));  // another text of as many bytes
  EXPECT_EQ(read(kept).value()->digest, read(places()).value()->digest);
}

TEST_F(PairFiles, AreDividedByTokens) {
  const auto dataset = read(places()).value();
  const auto lengths = pair_lengths(dataset->training);
  const std::int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  TrainingDataSettings settings{
      .workers = 2, .partition = {}, .batches = {.batch_tokens = longest}};
  const auto divided = divide(dataset, settings);
  ASSERT_TRUE(divided) << divided.failure().message;
  EXPECT_THAT(describe(divided.value()),
              AllOf(HasSubstr("20 training pairs each"),
                    HasSubstr("at most " + std::to_string(longest) + " tokens")));
  settings.batches.batch_tokens = longest - 1;
  const auto failure = divide(dataset, settings).failure();
  EXPECT_EQ(failure.kind, FailureKind::kInvalid);
  EXPECT_THAT(failure.message,
              AllOf(HasSubstr("data.batch_tokens"), HasSubstr("training pair 21 alone has 18")));
  settings.batches = {.batch_tokens = 100000, .accumulate = 2};
  EXPECT_THAT(divide(dataset, settings).failure().message,
              HasSubstr("each of 2 workers has 20 training pairs, in fewer batches than "
                        "gradient.accumulate = 2"));
  settings.batches = {.batch_tokens = 100000};
  settings.partition.name = "dirichlet";
  EXPECT_THAT(divide(dataset, settings).failure().message, HasSubstr("divides by label"));
}

}  // namespace
}  // namespace murmur::data::testing
