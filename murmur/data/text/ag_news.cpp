// SPDX-License-Identifier: Apache-2.0
// AG News (Zhang, Zhao, LeCun, NIPS 2015): csv without a header of class (from 1), title and
// description. A text is the title, a blank, the description.
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/registry.h"
#include "murmur/data/text/labelled.h"
#include "murmur/data/text/tables.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

constexpr std::int32_t kClasses = 4;

Result<std::vector<LabelledText>> read_part(const NamedText& file) {
  const auto rows =
      read_table(file, {.format = TableFormat::kCsv, .header = false, .columns = {"0", "1", "2"}});
  if (!rows) {
    return Failure{FailureKind::kDamaged, rows.failure().message};
  }
  std::vector<LabelledText> texts;
  for (const TableRow& row : rows.value()) {
    const std::string& label = row.fields[0];
    std::int32_t number = 0;
    const auto [end, error] = std::from_chars(label.data(), label.data() + label.size(), number);
    if (error != std::errc() || end != label.data() + label.size() || number < 1 ||
        number > kClasses) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}, line {}, record {}: the class is '{}'; allowed are 1 to {}",
                                 file.name,
                                 row.line,
                                 texts.size() + 1,
                                 label,
                                 kClasses)};
    }
    texts.push_back({.text = row.fields[1] + " " + row.fields[2], .label = number - 1});
  }
  return texts;
}

Result<Dataset> read_ag_news(const DatasetInfo& info,
                             const DatasetFiles& files,
                             const ForEach& for_each) {
  const auto contents = read_all(files, for_each);
  if (!contents) {
    return contents.failure();
  }
  LabelledTexts texts{.training = {}, .test = {}, .class_names = info.class_names};
  for (std::size_t i = 0; i < 2; ++i) {
    auto part = read_part({files.paths[i].string(), as_text(contents.value()[i])});
    if (!part) {
      return part.failure();
    }
    (i == 0 ? texts.training : texts.test) = std::move(part).value();
  }
  Result<Dataset> dataset = labelled_dataset(info, files, texts, for_each);
  if (dataset) {
    dataset.value().as_published = are_as_published(info, contents.value());
  }
  return dataset;
}

}  // namespace

DatasetInfo ag_news() {
  return {
      .name = "ag-news",
      .summary =
          "AG News: 120000 training and 7600 test news items (title and description) of 4 "
          "topics",
      .licence =
          "for research and other non-commercial use. A. Gulli; Zhang, Zhao, LeCun: "
          "Character-level convolutional networks for text classification, NIPS 2015",
      .how_to_get =
          "Put train.csv (or the subset train_30k.csv) and test.csv (plain, .gz or .xz) "
          "into the folder that data.folder or MURMUR_DATA names, or into its subfolder "
          "ag_news",
      .files = {{.name = "train.csv",
                 .other_name = "train_30k.csv",
                 .md5 = "b1a00f826fdfbd249f79597b59e1dc12"},
                {.name = "test.csv", .md5 = "d52ea96a97a2d943681189a97654912d"}},
      .subfolders = {"ag_news", "ag_news_csv"},
      .system_places = {},
      .classes = kClasses,
      .class_names = {"World", "Sports", "Business", "Sci/Tech"},
      .mean = {},
      .deviation = {},
      .usual_transforms = {},
      .options = labelled_text_options(),
      .read = read_ag_news,
  };
}

}  // namespace murmur::data
