// SPDX-License-Identifier: Apache-2.0
// Tables of labelled texts, and what is wrong with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/data/dataset.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/text/tables.h"
#include "murmur/data/training_data.h"
#include "tests/data/small_files.h"
#include "tests/support/encoder_folder.h"

namespace murmur::data::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::vector<std::string>> fields(const std::string& text, const TableRequest& request) {
  const auto rows = read_table({"table", text}, request);
  EXPECT_TRUE(rows) << rows.failure().message;
  std::vector<std::vector<std::string>> all;
  for (const TableRow& row : rows.value()) {
    all.push_back(row.fields);
  }
  return all;
}

Failure failure(const std::string& text, const TableRequest& request) {
  const auto rows = read_table({"table", text}, request);
  EXPECT_FALSE(rows);
  return rows ? Failure() : rows.failure();
}

TEST(Tables, OfCommasFollowRfc4180) {
  const TableRequest request{.columns = {"b", "a"}};
  EXPECT_THAT(fields("a,b\r\n1,2\r\n", request), ElementsAre(ElementsAre("2", "1")));
  EXPECT_THAT(fields("a,b\n\"x,\"\"y\"\"\n z\",\"\"", request),
              ElementsAre(ElementsAre("", "x,\"y\"\n z")));
  EXPECT_THAT(fields("a,b\n1, \"2\"\n\n3,4", request),
              ElementsAre(ElementsAre(" \"2\"", "1"), ElementsAre("4", "3")));
  EXPECT_THAT(failure("a,b\n1,2\n\"3\n4\",5,6\n", request).message,
              HasSubstr("table, line 3: it has 3 fields, the first line 2"));
  EXPECT_THAT(failure("a,b\n1,\"2", request).message, HasSubstr("line 2: a quote is not closed"));
  EXPECT_THAT(failure("a,b\n1,\xc3(", request).message, HasSubstr("line 2"));
  const Failure no_column = failure("a,c\n1,2\n", request);
  EXPECT_EQ(no_column.kind, FailureKind::kInvalid);
  EXPECT_THAT(no_column.message, HasSubstr("no column 'b'; its columns are a, c"));
}

TEST(Tables, OfTabsHaveNoQuotes) {
  const TableRequest request{.format = TableFormat::kTsv, .header = false, .columns = {"1"}};
  EXPECT_THAT(fields("1\t\"a, b\n2\tc\"\n", request),
              ElementsAre(ElementsAre("\"a, b"), ElementsAre("c\"")));
}

TEST(Tables, OfLinesOfJsonHaveTextsAndNumbers) {
  const TableRequest request{.format = TableFormat::kJsonl, .columns = {"t", "l"}};
  EXPECT_THAT(fields("{\"t\": \"a\\u00fc\", \"l\": 3}\n\n{\"l\": true, \"t\": \"b\"}", request),
              ElementsAre(ElementsAre("a\u00fc", "3"), ElementsAre("b", "true")));
  EXPECT_THAT(failure("{\"t\": \"a\", \"l\": 1}\n[1]", request).message,
              HasSubstr("line 2: it is no JSON object"));
  EXPECT_THAT(failure("{\"t\": \"a\", \"l\": 1}\n{\"t\": \"a\"}", request).message,
              HasSubstr("line 2: it has no text or number 'l'"));
  EXPECT_THAT(failure("{\"t\": \"a\", \"m\": 1}", request).message, HasSubstr("columns are m, t"));
}

class LabelledFiles : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) {
    write_file(folder_.path() / name, Bytes(text.begin(), text.end()));
  }
  auto read(const std::string& dataset,
            const std::map<std::string, OptionValue>& options = {},
            const std::string& by = {}) {
    const DatasetInfo& info = *find_dataset(dataset);
    Places places{.folder = folder_.path().string(), .environment = {}};
    places.settings.options = OptionValues(info.options);
    places.settings.by = by;
    places.settings.options.set("vocabulary", encoder_.path() + "/vocab.txt");
    for (const auto& [name, value] : options) {
      places.settings.options.set(name, value);
    }
    return read_dataset(info, places);
  }

  TemporaryFolder folder_;
  murmur::testing::EncoderFolder encoder_;
};

TEST_F(LabelledFiles, OfAgNewsJoinTitleAndDescription) {
  write("train.csv", "\"3\",\"The bird\",\"sees birds.\"\n\"1\",\"a\",\"\"\n");
  write("test.csv", "\"4\",\"bird\",\"a\"\n");
  const auto dataset = read("ag-news");
  ASSERT_TRUE(dataset) << dataset.failure().message;
  const Dataset& data = *dataset.value();
  EXPECT_EQ(data.classes, 4);
  EXPECT_THAT(data.training.labels(), ElementsAre(2, 0));
  EXPECT_THAT(data.training.column("x").row<std::int32_t>(0), ElementsAre(2, 5, 6, 7, 6, 10, 9, 3));
  EXPECT_THAT(data.training.column("x").row<std::int32_t>(1), ElementsAre(2, 8, 3));
  EXPECT_EQ(data.form().kind, ExampleKind::kLabelledText);
  EXPECT_EQ(data.longest, 8);
  EXPECT_FALSE(data.as_published);
  EXPECT_THAT(contents_of(data), HasSubstr("texts of at most 8 tokens"));
  write("test.csv", "\"1\",\"a\",\"b\"\n\"5\",\"a\",\"b\"\n");
  const Failure wrong = read("ag-news").failure();
  EXPECT_EQ(wrong.kind, FailureKind::kDamaged);
  EXPECT_THAT(wrong.message, AllOf(HasSubstr("record 2"), HasSubstr("'5'"), HasSubstr("1 to 4")));
}

TEST_F(LabelledFiles, OfOnesOwnNumberTheirClasses) {
  write("train.tsv", "text\tlabel\nthe bird\t10\na\t9\na\t9\n");
  write("test.tsv", "label\ttext\n10\tbird\n");
  const auto dataset = read("text-classification");
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_THAT(dataset.value()->class_names, ElementsAre("9", "10")) << "by number";
  EXPECT_THAT(dataset.value()->training.labels(), ElementsAre(1, 0, 0));
  EXPECT_THAT(dataset.value()->test.labels(), ElementsAre(1));
  write("train.tsv", "text\tlabel\nthe bird\tb\na\tB\n");
  write("test.tsv", "text\tlabel\nthe bird\tb\na\tc\n");
  EXPECT_THAT(read("text-classification").failure().message,
              AllOf(HasSubstr("line 3, record 2"), HasSubstr("'c'"), HasSubstr("B, b")));
}

TEST_F(LabelledFiles, OfOnesOwnMayNameTheirColumns) {
  write("train.jsonl", "{\"t\": \"the\", \"u\": \"bird\", \"c\": 0}\n");
  write("test.jsonl", "{\"t\": \"a\", \"u\": \"bird\", \"c\": 0}\n");
  EXPECT_EQ(read("text-classification").failure().kind, FailureKind::kInvalid);
  const std::map<std::string, OptionValue> columns{{"label", std::string("c")},
                                                   {"text", std::string("t\nu")}};
  const auto dataset = read("text-classification", columns);
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_THAT(dataset.value()->test.column("x").row<std::int32_t>(0), ElementsAre(2, 8, 6, 3));
  auto short_ones = columns;
  short_ones["max_length"] = std::int64_t{3};
  const auto cut = read("text-classification", short_ones);
  EXPECT_THAT(cut.value()->test.column("x").row<std::int32_t>(0), ElementsAre(2, 8, 3));
  EXPECT_EQ(cut.value()->cut_texts, 1);
  EXPECT_EQ(dataset.value()->cut_texts, 0);
}

TEST_F(LabelledFiles, MayBeGroupedByAColumn) {
  write("train.csv", "text,label,who\nthe,0,B\na,1,A\nbird,0,B\n");
  write("test.csv", "who,text,label\nA,the,0\nC,a,1\n");
  const auto dataset = read("text-classification", {}, "who");
  ASSERT_TRUE(dataset) << dataset.failure().message;
  EXPECT_THAT(groups_of(dataset.value()->training, "who").value(), ElementsAre(0, 1, 0));
  EXPECT_THAT(groups_of(dataset.value()->test, "who").value(), ElementsAre(1, 2))
      << "numbered as in training";
  EXPECT_EQ(dataset.value()->training.column("x").row<std::int32_t>(0).size(), 3U)
      << "what groups is no text";
  EXPECT_EQ(read("text-classification").value()->training.find("by/who"), nullptr);
  EXPECT_THAT(read("text-classification", {}, "whom").failure().message,
              HasSubstr("no column 'whom'; its columns are text, label, who"));
}

TEST_F(LabelledFiles, NeedAVocabulary) {
  write("train.csv", "text,label\na,0\n");
  write("test.csv", "text,label\na,0\n");
  EXPECT_THAT(read("text-classification", {{"vocabulary", std::string()}}).failure().message,
              HasSubstr("data.vocabulary is missing"));
  EXPECT_EQ(read("text-classification", {{"vocabulary", std::string("/none")}}).failure().kind,
            FailureKind::kMissing);
  EXPECT_TRUE(read("text-classification"));
}

}  // namespace
}  // namespace murmur::data::testing
