// SPDX-License-Identifier: Apache-2.0
// Plain text as tokens and windows, from small files.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/dataset.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/source.h"
#include "murmur/data/text/streams.h"
#include "murmur/data/text/utf8.h"
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

// The windows of a part as text, tokens separated by `between`.
std::vector<std::string> windows(const Dataset& dataset,
                                 const Examples& examples,
                                 const std::string& between) {
  std::vector<std::string> all;
  for (std::int64_t i = 0; i < examples.count(); ++i) {
    std::string text;
    for (const std::int32_t token : examples.column("x").row<std::int32_t>(i)) {
      text += (text.empty() ? "" : between) + dataset.vocabulary->token(token);
    }
    all.push_back(text);
  }
  return all;
}

class TextFiles : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    write_file(folder_.path() / name, bytes_of(text));
  }
  Places places(std::int64_t context, const std::string& tokenizer = "characters") {
    const DatasetInfo& info = *find_dataset("text");
    Places places{.folder = folder_.path().string(), .environment = {}};
    places.settings.options = OptionValues(info.options);
    places.settings.options.set("context", context);
    places.settings.options.set("tokenizer", tokenizer);
    return places;
  }
  Places of_file(const std::string& name,
                 std::int64_t context,
                 const std::string& tokenizer = "characters") {
    Places one = places(context, tokenizer);
    one.file = (folder_.path() / name).string();
    return one;
  }
  static auto read(const Places& places) { return read_dataset(*find_dataset("text"), places); }

  TemporaryFolder folder_;
};

TEST_F(TextFiles, AreCutIntoWindowsThatOverlapByOneToken) {
  write("train.txt", "abcdefgh");
  write("test.txt", "hgfedcb");
  const auto dataset = read(places(3));
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_EQ(data.task, Task::kLanguageModel);
  EXPECT_THAT(windows(data, data.training, ""), ElementsAre("abcd", "defg"))
      << "an incomplete last window is left out";
  EXPECT_THAT(windows(data, data.test, ""), ElementsAre("hgfe", "edcb"));
  EXPECT_EQ(data.vocabulary->content(), "a\nb\nc\nd\ne\nf\ng\nh\n");
  EXPECT_EQ(contents_of(data), "windows of 3 tokens, a vocabulary of 8 characters");
  const ExampleForm form = data.form();
  EXPECT_EQ(form.kind, ExampleKind::kText);
  EXPECT_EQ(form.outputs, 8);
  EXPECT_EQ(form.longest, 3);
}

TEST_F(TextFiles, KeepTheirLastWindowInEvaluation) {
  write("train.txt", "abcd");
  for (const auto& [text, expected] :
       {std::pair("abcd", std::vector<std::string>{"abcd"}),
        std::pair("abcda", std::vector<std::string>{"abcd", "da"}),
        std::pair("abcdabcd", std::vector<std::string>{"abcd", "dabc", "cd"})}) {
    write("test.txt", text);
    const auto dataset = read(places(3));
    ASSERT_TRUE(dataset);
    EXPECT_EQ(windows(*dataset.value(), dataset.value()->test, ""), expected);
  }
}

TEST_F(TextFiles, OfOneFileAreDividedByTheirTokens) {
  write("whole", "0123456789abcdefghi");  // 19 tokens: 17 and 2
  const auto dataset = read(of_file("whole", 2));
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const auto& data = *dataset.value();
  EXPECT_THAT(windows(data, data.training, "").back(), "efg");
  EXPECT_THAT(windows(data, data.test, ""), ElementsAre("hi"));
}

TEST_F(TextFiles, MayBeListed) {
  write("b.txt", "bbbb");
  write("a.txt", "aaaa");
  write("c.txt", "cab");
  Places listed = places(3);
  listed.settings.options.set("train", std::string("b.txt\na.txt"));
  listed.settings.options.set("test", std::string("c.txt"));
  const auto dataset = read(listed);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_THAT(windows(*dataset.value(), dataset.value()->training, ""), ElementsAre("bbbb", "aaaa"))
      << "no window crosses two files";
  listed.settings.options.set("test", 0.1);
  EXPECT_THAT(read(listed).failure().message, HasSubstr("data.test is missing"));
  listed.settings.options.set("test", std::string("d.txt"));
  EXPECT_EQ(read(listed).failure().kind, FailureKind::kMissing);
}

TEST_F(TextFiles, AsWordsHaveTheNumbersOfPyTorchsExample) {
  write("train.txt", "the cat\n\n  the\tdog \n");
  write("valid.txt", "a dog");
  write("test.txt", "the bird\r\n");
  const auto dataset = read(places(2, "words"));
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const auto& data = *dataset.value();
  EXPECT_EQ(data.vocabulary->content(), "the\ncat\n<eos>\ndog\na\nbird\n");
  EXPECT_THAT(windows(data, data.training, " "),
              ElementsAre("the cat <eos>", "<eos> <eos> the", "the dog <eos>"));
  EXPECT_THAT(windows(data, data.test, " "), ElementsAre("the bird <eos>"));
  EXPECT_THAT(windows(data, data.validation, " "), ElementsAre("a dog <eos>"));
}

TEST_F(TextFiles, MayHaveFewerWords) {
  write("train.txt", "c b a b c b\n");  // b 3, c 2, a 1, <eos> 1
  write("test.txt", "a b d\n");
  Places few = places(2, "words");
  few.settings.options.set("vocabulary_size", std::int64_t{3});
  const auto dataset = read(few);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_EQ(dataset.value()->vocabulary->content(), "b\nc\n<unk>\n");
  EXPECT_THAT(windows(*dataset.value(), dataset.value()->test, " "),
              ElementsAre("<unk> b <unk>", "<unk> <unk>"));
  few.settings.options.set("vocabulary_size", std::int64_t{5});
  EXPECT_EQ(read(few).value()->vocabulary->content(), "c\nb\na\n<eos>\nd\n") << "just all";
}

TEST_F(TextFiles, TakeAVocabularyOfAFile) {
  write("train.txt", "abab\n");
  write("test.txt", "bab");
  write("vocabulary.txt", "b\n\na\n<unk>\n");  // the empty line is the line feed
  Places given = places(2);
  given.settings.options.set("vocabulary", (folder_.path() / "vocabulary.txt").string());
  const auto dataset = read(given);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_THAT(dataset.value()->training.column("x").row<std::int32_t>(1), ElementsAre(2, 0, 1));
  EXPECT_EQ(dataset.value()->vocabulary->content(), "b\n\na\n<unk>\n");
  write("test.txt", "bax");
  EXPECT_THAT(read(given).value()->test.column("x").row<std::int32_t>(0), ElementsAre(0, 2, 3));
  write("vocabulary.txt", "b\n\na\n");
  EXPECT_THAT(read(given).failure().message, HasSubstr("neither the token 'x' nor <unk>"));
  write("vocabulary.txt", "b\na\nb\n");
  EXPECT_THAT(read(given).failure().message, HasSubstr("lines 1 and 3 are the same token 'b'"));
}

TEST_F(TextFiles, ThatAreDamagedAreNamedWithTheirLine) {
  write("train.txt", "a\nb\n\xff\n");
  write("test.txt", "ab");
  const auto failure = read(places(1)).failure();
  EXPECT_EQ(failure.kind, FailureKind::kDamaged);
  EXPECT_THAT(
      failure.message,
      AllOf(HasSubstr("train.txt, line 3"), HasSubstr("not valid UTF-8"), HasSubstr("0xff")));
  write("train.txt", "ab");
  EXPECT_THAT(read(places(2)).failure().message,
              HasSubstr("the training part has no window of data.context = 2"));
}

TEST_F(TextFiles, HaveADigestOfTheirTokensAndTheirVocabulary) {
  write("train.txt", "abab");
  write("test.txt", "ab");
  const auto digest = [&](std::int64_t context) { return read(places(context)).value()->digest; };
  const std::uint64_t first = digest(1);
  EXPECT_NE(digest(2), first);
  write("train.txt", "acac");
  write("test.txt", "ac");
  EXPECT_NE(digest(1), first) << "the same numbers, other tokens";
  write("train.txt", "abab");
  write("test.txt", "ab");
  EXPECT_EQ(digest(1), first);
}

TEST_F(TextFiles, AsPiecesEndEveryLine) {
  std::string lines;
  for (int i = 0; i < 60; ++i) {
    lines +=
        std::string("the ") + (i % 2 == 0 ? "bird" : "birds") + (i % 3 == 0 ? " sang\n" : "\n");
  }
  write("train.txt", lines + "\nbird\n");
  write("test.txt", "the birds");
  Places small = places(4, "sentencepiece");
  small.settings.options.set("vocabulary_size", std::int64_t{18});
  const auto dataset = read(small);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Vocabulary& words = *dataset.value()->vocabulary;
  EXPECT_EQ(words.size(), 18);
  EXPECT_EQ(words.file_name(), "vocabulary.model");
  const auto stream = token_stream(words, {"it", "the birds\n\nbird\n"}).value();
  EXPECT_EQ(std::count(stream.begin(), stream.end(), 3), 3) << "an empty line, too";
  EXPECT_EQ(stream.back(), 3);
  std::vector<std::int32_t> expected = words.encode("the birds");
  expected.insert(expected.end(), {3, 3});
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), stream.begin()));
  write("own.model", words.content());
  small.settings.options.set("vocabulary", (folder_.path() / "own.model").string());
  EXPECT_EQ(read(small).value()->digest, dataset.value()->digest);
}

// Who said what: the rows of a speaker make one text, of which the last share is for test.
TEST_F(TextFiles, OfATableAreTextsOfGroups) {
  write("said.csv", "who,line\nA,abcd\nB,xyxy\nA,abcd\nB,xyxy\n");
  Places grouped = of_file("said.csv", 2);
  grouped.settings.options.set("text", std::string("line"));
  grouped.settings.options.set("test", 0.4);
  grouped.settings.by = "who";
  const auto dataset = read(grouped);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_THAT(windows(data, data.training, ""), ElementsAre("abc", "cd\n", "xyx", "xy\n"))
      << "6 of 10 tokens each";
  EXPECT_THAT(windows(data, data.test, ""), ElementsAre("bcd", "d\n", "yxy", "y\n"));
  EXPECT_THAT(groups_of(data.training, "who").value(), ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(groups_of(data.test, "who").value(), ElementsAre(0, 0, 1, 1));
  grouped.settings.by = "nobody";
  const auto failure = read(grouped).failure();
  EXPECT_EQ(failure.kind, FailureKind::kInvalid);
  EXPECT_THAT(failure.message, HasSubstr("no column 'nobody'; its columns are who, line"));
  grouped.settings.by = {};
  EXPECT_EQ(windows(*read(grouped).value(), read(grouped).value()->training, "").size(), 5U)
      << "one text";
}

TEST_F(TextFiles, OfAListAreGroups) {
  write("a.txt", "aaaaa");
  write("b.txt", "bbb");
  Places listed = places(2);
  listed.settings.options.set("train", std::string("a.txt\nb.txt"));
  listed.settings.options.set("test", std::string("b.txt"));
  const std::uint64_t plain = read(listed).value()->digest;
  EXPECT_EQ(read(listed).value()->training.find("by/file"), nullptr);
  listed.settings.by = "file";
  const auto dataset = read(listed);
  EXPECT_THAT(groups_of(dataset.value()->training, "file").value(), ElementsAre(0, 0, 1));
  EXPECT_NE(dataset.value()->digest, plain);
}

TEST_F(TextFiles, AreGatheredAsPaddedRows) {
  write("train.txt", "abcdefg");
  write("test.txt", "gfedcb");
  const auto dataset = read(places(3)).value();
  Batch<double> batch;
  const std::vector<std::int32_t> which{1, 0};
  make_source<double>(dataset, Part::kTest)->gather(which, nullptr, batch);
  const auto& x = batch.column("x");
  EXPECT_EQ(batch.count, 2);
  EXPECT_THAT(x.shape, ElementsAre(4));
  EXPECT_THAT(x.lengths, ElementsAre(3, 4));
  EXPECT_THAT(x.integers, ElementsAre(3, 2, 1, 0, 6, 5, 4, 3));
}

TEST_F(TextFiles, AreDividedWithoutLabels) {
  write("train.txt", "abababab");
  write("test.txt", "ab");
  const auto dataset = read(places(1)).value();
  TrainingDataSettings settings{
      .workers = 2, .partition = {.name = "origin"}, .batches = {.batch_size = 3}};
  const auto divided = divide(dataset, settings);
  ASSERT_TRUE(divided) << divided.failure().message;
  EXPECT_THAT(divided.value().partition->of(1), ElementsAre(3, 4, 5));
  EXPECT_THAT(describe(divided.value()), HasSubstr("3 training windows each"));
  settings.partition.name = "dirichlet";
  EXPECT_THAT(divide(dataset, settings).failure().message, HasSubstr("divides by label"));
  settings.partition.name = "iid";
  settings.augment = default_transforms({"flip"});
  EXPECT_THAT(divide(dataset, settings).failure().message, HasSubstr("'flip' needs images"));
}

TEST(Words, AreSplitAtTheWhiteSpaceOfUnicode) {
  EXPECT_THAT(split_words("a\u00a0b\u3000 c\t\u2028d"), ElementsAre("a", "b", "c", "d"));
  EXPECT_THAT(split_lines("a\r\nb\n\nc\rd"), ElementsAre("a", "b", "", "c", "d"));
}

}  // namespace
}  // namespace murmur::data::testing
