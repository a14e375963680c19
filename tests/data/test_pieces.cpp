// SPDX-License-Identifier: Apache-2.0
// Subword pieces: trained, written, read again.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/data/text/pieces.h"
#include "murmur/data/text/vocabulary.h"

namespace murmur::data {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

// Sentences of a few words, with their endings.
std::vector<std::string> sentences() {
  const std::vector<std::string> stems{"walk", "talk", "jump", "paint", "lach", "mal", "spring"};
  const std::vector<std::string> endings{"", "s", "ed", "ing", "er", "en", "te"};
  std::vector<std::string> all;
  const Random random(1, Stream::kTest);
  for (std::uint64_t line = 0; line < 200; ++line) {
    std::string text;
    for (std::uint64_t word = 0; word < 5; ++word) {
      const std::uint64_t draw = 10 * line + 2 * word;
      text += (word == 0 ? "" : " ") + stems[random.below(draw, stems.size())] +
              endings[random.below(draw + 1, endings.size())];
    }
    all.push_back(text + ".");
  }
  return all;
}

Result<std::string> trained(const PieceSettings& settings) {
  const std::vector<std::string> lines = sentences();
  return train_pieces(std::vector<std::string_view>(lines.begin(), lines.end()), settings);
}

class PiecesOf : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Kinds, PiecesOf, ::testing::Values("unigram", "bpe"));

TEST_P(PiecesOf, TextAreTheSameEachTimeAndGiveItBack) {
  const PieceSettings settings{.vocabulary_size = 60, .kind = GetParam()};
  const auto model = trained(settings);
  ASSERT_TRUE(model) << model.failure().message;
  EXPECT_EQ(trained(settings).value(), model.value());
  const auto pieces = open_pieces(model.value(), "it");
  ASSERT_TRUE(pieces) << pieces.failure().message;
  const Pieces& own = *pieces.value();
  EXPECT_EQ(own.tokens().size(), 60U);
  EXPECT_EQ(own.marks(), Marks());
  EXPECT_EQ(own.tokens()[0], "<pad>");
  EXPECT_EQ(own.tokens()[3], "</s>");
  for (const std::string text : {"walked talks lachen.", "painted"}) {
    const auto numbers = own.encode(text);
    EXPECT_THAT(numbers, Each(::testing::Gt(3)));
    EXPECT_LT(numbers.size(), text.size()) << "pieces are longer than characters";
    EXPECT_EQ(own.decode(numbers), text);
  }
  EXPECT_EQ(own.decode(std::vector<std::int32_t>{2, 3, 0}), "") << "marks are no text";
  EXPECT_TRUE(own.encode("").empty());
}

TEST(Pieces, OfBothKindsDiffer) {
  EXPECT_NE(trained({.vocabulary_size = 60, .kind = "unigram"}).value(),
            trained({.vocabulary_size = 60, .kind = "bpe"}).value());
}

TEST(Pieces, AreAVocabulary) {
  const std::string model = trained({.vocabulary_size = 50}).value();
  const auto read = Vocabulary::read("sentencepiece", model, "it");
  ASSERT_TRUE(read) << read.failure().message;
  const Vocabulary& vocabulary = read.value();
  EXPECT_EQ(vocabulary.tokenizer(), "sentencepiece");
  EXPECT_EQ(vocabulary.size(), 50);
  EXPECT_EQ(vocabulary.content(), model);
  EXPECT_EQ(vocabulary.file_name(), "vocabulary.model");
  EXPECT_EQ(vocabulary.number("</s>"), 3);
  EXPECT_EQ(vocabulary.token(2), "<s>");
  EXPECT_EQ(vocabulary.decode(vocabulary.encode("jumping jumps")), "jumping jumps");
}

TEST(Pieces, OfTooFewLinesAreRefused) {
  for (const std::int64_t size : {5, 8000}) {
    const auto model = trained({.vocabulary_size = size});
    ASSERT_FALSE(model);
    EXPECT_EQ(model.failure().kind, FailureKind::kInvalid);
    EXPECT_THAT(model.failure().message,
                AllOf(HasSubstr("data.vocabulary_size"), HasSubstr(std::to_string(size))));
  }
  const auto nothing = train_pieces({}, {});
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.failure().message, HasSubstr("0 lines"));
}

TEST(Pieces, OfAFileThatIsNoModelAreRefused) {
  for (const std::string content : {"", "no model", "\n\x7f\xff\xff"}) {
    const auto pieces = open_pieces(content, "it.model");
    ASSERT_FALSE(pieces);
    EXPECT_EQ(pieces.failure().kind, FailureKind::kDamaged);
    EXPECT_THAT(pieces.failure().message, HasSubstr("it.model"));
  }
}

TEST(Pieces, OfAModelWithoutAMarkAreRefused) {
  const std::string model = trained({.vocabulary_size = 50}).value();
  for (const std::string mark : {"<pad>", "<s>", "</s>"}) {
    std::string without = model;
    const auto place = std::search(without.begin(), without.end(), mark.begin(), mark.end());
    ASSERT_NE(place, without.end());
    *(place + 1) = 'x';
    const auto pieces = open_pieces(without, "it.model");
    ASSERT_FALSE(pieces) << mark;
    EXPECT_EQ(pieces.failure().kind, FailureKind::kDamaged);
    EXPECT_THAT(pieces.failure().message,
                HasSubstr("has no " + (mark == "<pad>" ? std::string("pad") : mark)));
  }
}

}  // namespace
}  // namespace murmur::data
