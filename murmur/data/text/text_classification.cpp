// SPDX-License-Identifier: Apache-2.0
// Labelled texts of one's own: train.X and test.X, X = csv, tsv or jsonl (tables.h). Classes are
// the labels of training: by number if all are integers, else sorted by their bytes.
#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/places.h"
#include "murmur/data/registry.h"
#include "murmur/data/text/labelled.h"
#include "murmur/data/text/tables.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

constexpr std::array<std::string_view, 3> kEndings{"csv", "tsv", "jsonl"};

// The first format of which there are both files.
Result<DatasetFiles> find_tables(const DatasetInfo& info, const Places& places) {
  DatasetInfo one = info;
  std::optional<Failure> first;
  for (const std::string_view ending : kEndings) {
    one.files = {{.name = fmt::format("train.{}", ending)},
                 {.name = fmt::format("test.{}", ending)}};
    Result<DatasetFiles> found = find_usual_files(one, places);
    if (found) {
      return found;
    }
    first = first ? first : std::optional(found.failure());
  }
  return *first;
}

std::optional<std::int64_t> integer_of(const std::string& text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size() && !text.empty();
  return whole ? std::optional(number) : std::nullopt;
}

std::vector<std::string> classes_of(const std::vector<TableRow>& rows) {
  std::vector<std::string> labels;
  for (const TableRow& row : rows) {
    labels.push_back(row.fields.front());
  }
  std::sort(labels.begin(), labels.end());
  labels.erase(std::unique(labels.begin(), labels.end()), labels.end());
  const auto is_integer = [](const std::string& label) { return integer_of(label).has_value(); };
  if (std::all_of(labels.begin(), labels.end(), is_integer)) {
    std::stable_sort(labels.begin(), labels.end(), [](const auto& a, const auto& b) {
      return *integer_of(a) < *integer_of(b);
    });
  }
  return labels;
}

// `groups`: null, the rows have none; else their last field is their group.
Result<std::vector<LabelledText>> labelled_rows(const std::vector<TableRow>& rows,
                                                const std::vector<std::string>& classes,
                                                const std::string& file,
                                                GroupNumbers* groups) {
  std::vector<LabelledText> texts;
  for (const TableRow& row : rows) {
    const std::string& label = row.fields.front();
    const auto found = std::find(classes.begin(), classes.end(), label);
    if (found == classes.end()) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}, line {}, record {}: the label '{}' is none of the training "
                                 "examples', which are {}",
                                 file,
                                 row.line,
                                 texts.size() + 1,
                                 label,
                                 fmt::join(classes, ", "))};
    }
    const auto end = row.fields.end() - (groups == nullptr ? 0 : 1);
    texts.push_back({fmt::format("{}", fmt::join(row.fields.begin() + 1, end, " ")),
                     static_cast<std::int32_t>(found - classes.begin()),
                     groups == nullptr ? 0 : groups->of(row.fields.back())});
  }
  return texts;
}

// The label, the texts, and what groups the examples.
std::vector<std::string> columns_of(const DatasetSettings& settings) {
  std::vector<std::string> columns{settings.options.text("label")};
  std::vector<std::string> texts = texts_of(settings.options, "text");
  if (texts.empty()) {
    texts.emplace_back("text");
  }
  columns.insert(columns.end(), texts.begin(), texts.end());
  if (!settings.by.empty()) {
    columns.push_back(settings.by);
  }
  return columns;
}

Result<Dataset> read_text_classification(const DatasetInfo& info,
                                         const DatasetFiles& files,
                                         const ForEach& for_each) {
  const auto contents = read_all(files, for_each);
  if (!contents) {
    return contents.failure();
  }
  LabelledTexts texts{.training = {}, .test = {}, .class_names = {}, .by = files.settings.by};
  GroupNumbers groups;
  for (std::size_t i = 0; i < 2; ++i) {
    const std::string name = files.paths[i].string();
    const auto rows =
        read_table({name, as_text(contents.value()[i])},
                   {.format = table_format(files.paths[i]).value_or(TableFormat::kCsv),
                    .header = files.settings.options.flag("header"),
                    .columns = columns_of(files.settings)});
    if (!rows) {
      return rows.failure();
    }
    if (rows.value().empty()) {
      return Failure{FailureKind::kDamaged, fmt::format("{} has no examples", name)};
    }
    texts.class_names = i == 0 ? classes_of(rows.value()) : texts.class_names;
    auto part =
        labelled_rows(rows.value(), texts.class_names, name, texts.by.empty() ? nullptr : &groups);
    if (!part) {
      return part.failure();
    }
    (i == 0 ? texts.training : texts.test) = std::move(part).value();
  }
  return labelled_dataset(info, files, texts, for_each);
}

std::vector<OptionInfo> options() {
  std::vector<OptionInfo> all = labelled_text_options();
  all.push_back({.name = "label",
                 .help = "the column of the label: its name, or its number from 0 without header",
                 .fallback = std::string("label")});
  all.push_back({.name = "header",
                 .help = "of csv and tsv: whether the first line has the names of the columns",
                 .fallback = true});
  return all;
}

}  // namespace

DatasetInfo text_classification() {
  return {
      .name = "text-classification",
      .summary = "labelled texts of your own in csv, tsv or jsonl",
      .licence = "your own",
      .how_to_get =
          "Put train.csv and test.csv (or .tsv, or .jsonl; plain, .gz or .xz), with the "
          "columns text and label, into the folder that data.folder or MURMUR_DATA names",
      .files = {{.name = "train.csv"}, {.name = "test.csv"}},
      .subfolders = {},
      .system_places = {},
      .class_names = {},
      .mean = {},
      .deviation = {},
      .usual_transforms = {},
      .options = options(),
      .lists = {{.name = "text",
                 .help = "the columns of the text, joined by blanks; default \"text\"",
                 .fallback = std::string("text")}},
      .find = find_tables,
      .read = read_text_classification,
  };
}

}  // namespace murmur::data
