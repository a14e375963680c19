// SPDX-License-Identifier: Apache-2.0
// The tokens of transformers' BertTokenizer in its fast form (4.30 and 5.24), of the same texts and
// words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/text/wordpiece.h"
#include "tests/support/encoder_folder.h"

namespace murmur::data::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Tokens = std::vector<std::int32_t>;

Wordpiece wordpiece(const WordpieceSettings& settings = {}) {
  const std::vector<std::string> words{
      "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the",  "bird",   "sees", "a",      ".", "##s",
      "##ing", "un",    "##a",   "##ff",  "##able", "cafe", "\u00fc", "u",    "\u4e2d", "!"};
  return Wordpiece::make(std::make_shared<const Vocabulary>("wordpiece", words), settings).value();
}

struct Case {
  std::string text;
  Tokens plain;       // as published
  Tokens cased;       // do_lower_case = false
  Tokens accents;     // strip_accents = false
  Tokens ideographs;  // tokenize_chinese_chars = false
};

std::vector<Case> cases() {
  const auto all = [](std::string text, const Tokens& tokens) {
    return Case{std::move(text), tokens, tokens, tokens, tokens};
  };
  std::vector<Case> cases{
      all("", {2, 3}),
      all("a[MASK]bird [SEP] [mask] [UNK].", {2, 8, 4, 6, 3, 1, 1, 1, 1, 9, 3}),
      all("bir\u200bd bi" + std::string(1, '\0') + "rd \ufffda", {2, 6, 6, 8, 3}),
      all("unknownword the " + std::string(101, 'a') + " " + std::string(100, 'a'),
          {2, 1, 5, 1, 8, 13, 13, 13, 13, 13, 13, 3}),
      all("\u0130 a\u2019a", {2, 1, 8, 1, 8, 3}),
      all("The birds sees a bird.", {2, 5, 6, 10, 7, 8, 6, 9, 3}),
      all("  unaffable\tUNAFFABLE\u00a0birding ", {2, 12, 13, 14, 15, 12, 13, 14, 15, 6, 11, 3}),
      all("Caf\u00e9 \u00fc\u00dc u\u0308", {2, 16, 1, 18, 3}),
      all("the\u4e2dbird\u4e2d!!", {2, 5, 19, 6, 19, 20, 20, 3})};
  cases[5].cased = {2, 1, 6, 10, 7, 8, 6, 9, 3};
  cases[6].cased = {2, 12, 13, 14, 15, 1, 6, 11, 3};
  cases[7].cased = {2, 1, 1, 1, 3};
  cases[7].accents = {2, 1, 1, 1, 3};
  cases[8].ideographs = {2, 1, 20, 20, 3};
  return cases;
}

TEST(Wordpiece, MakesTheTokensOfBertTokenizer) {
  const Wordpiece cased = wordpiece({.lower = false, .strip_accents = false});
  const Wordpiece accents = wordpiece({.strip_accents = false});
  const Wordpiece ideographs = wordpiece({.split_ideographs = false});
  for (const Case& each : cases()) {
    EXPECT_EQ(wordpiece().encode(each.text, 12), each.plain) << each.text;
    EXPECT_EQ(cased.encode(each.text, 12), each.cased) << each.text;
    EXPECT_EQ(accents.encode(each.text, 12), each.accents) << each.text;
    EXPECT_EQ(ideographs.encode(each.text, 12), each.ideographs) << each.text;
  }
  EXPECT_EQ(wordpiece().encode("the bird", 3), (Tokens{2, 5, 3}));
  EXPECT_EQ(wordpiece().encode("the bird", 2), (Tokens{2, 3}));
}

// Categories are those of Unicode 8: a newer mark or punctuation is part of a word.
TEST(Wordpiece, SplitsWordsByTheCategoriesOfUnicode8) {
  EXPECT_THAT(wordpiece().words("a\u2e42b"), ElementsAre(U"a", U"\u2e42", U"b"));
  EXPECT_THAT(wordpiece().words("a\u2e43b"), ElementsAre(U"a\u2e43b"));
  EXPECT_THAT(wordpiece().words("a\u166db"), ElementsAre(U"a", U"\u166d", U"b"));
  EXPECT_THAT(wordpiece().words("a\U0001F600b"), ElementsAre(U"a\U0001F600b"));
}

TEST(Wordpiece, ReadsTheSettingsBesideAVocabulary) {
  const murmur::testing::EncoderFolder folder;
  const auto read = [&] { return read_wordpiece_settings(folder.path()); };
  EXPECT_TRUE(read().value().lower);
  folder.write("tokenizer_config.json", R"({"do_lower_case": false, "strip_accents": null})");
  EXPECT_FALSE(read().value().lower);
  EXPECT_FALSE(read().value().strip_accents);
  folder.write("tokenizer_config.json", R"({"do_lower_case": false, "strip_accents": true})");
  EXPECT_TRUE(read().value().strip_accents);
  folder.write("tokenizer_config.json", R"({"tokenize_chinese_chars": false})");
  EXPECT_FALSE(read().value().split_ideographs);
  folder.write("tokenizer_config.json", "{");
  EXPECT_THAT(read().failure().message, HasSubstr("tokenizer_config.json"));
}

TEST(Wordpiece, NeedsItsSpecialTokens) {
  const auto made = Wordpiece::make(
      std::make_shared<const Vocabulary>("wordpiece", std::vector<std::string>{"[PAD]", "a"}), {});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.failure().message, HasSubstr("no token '[UNK]'"));
}

}  // namespace
}  // namespace murmur::data::testing
