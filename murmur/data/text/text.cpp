// SPDX-License-Identifier: Apache-2.0
// Plain text for language models: train.txt, test.txt and, if it is there, valid.txt of a folder;
// one file, whose first share is for training; or lists of files. Windows never cross two files. A
// table has a text per group (data.by) of its rows.
#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/registry.h"
#include "murmur/data/text/streams.h"
#include "murmur/data/text/text_files.h"
#include "murmur/data/text/trained_pieces.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

// Of the training text; of one file the first share of its lines, as its tokens are not yet known.
std::vector<std::string_view> training_lines(const Texts& texts,
                                             const OptionValues& options,
                                             bool is_one_file) {
  const double share = is_one_file ? 1 - options.number("test") : 1;
  std::vector<std::string_view> lines;
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    if (texts.parts[i] == Part::kTraining) {
      auto own = split_lines(texts.texts[i].text);
      own.resize(static_cast<std::size_t>(std::ceil(share * static_cast<double>(own.size()))));
      lines.insert(lines.end(), own.begin(), own.end());
    }
  }
  return lines;
}

Result<Vocabulary> vocabulary_of(const Texts& texts, const DatasetFiles& files) {
  const OptionValues& options = files.settings.options;
  if (options.text("tokenizer") == "sentencepiece") {
    return pieces_vocabulary(
        options, training_lines(texts, options, files.parts.empty()), files.cache);
  }
  const std::string& path = options.text("vocabulary");
  if (!path.empty()) {
    const Result<Bytes> content = read_bytes(path);
    return content ? Vocabulary::read(options.text("tokenizer"), as_text(content.value()), path)
                   : content.failure();
  }
  return make_vocabulary({.tokenizer = options.text("tokenizer"),
                          .texts = texts.texts,
                          .training = static_cast<std::size_t>(
                              std::count(texts.parts.begin(), texts.parts.end(), Part::kTraining)),
                          .most = options.integer("vocabulary_size")});
}

struct Windows {
  RaggedRows rows;
  std::vector<std::int32_t> groups;

  void add(std::span<const std::int32_t> stream,
           std::int64_t context,
           bool keep_last,
           std::int32_t group) {
    add_windows(stream, context, keep_last, rows);
    groups.resize(static_cast<std::size_t>(rows.count()), group);
  }
};

struct PartWindows {
  Windows training;
  Windows validation;
  Windows test;

  Windows& of(Part part) {
    return part == Part::kTraining ? training : part == Part::kTest ? test : validation;
  }
};

Examples examples_of(Windows windows, const std::string& grouping) {
  Examples examples;
  examples.columns.push_back(std::move(windows.rows).column(std::string(kInputs)));
  if (!grouping.empty()) {
    examples.columns.push_back(grouping_column(grouping, windows.groups));
  }
  return examples;
}

Result<PartWindows> windows_of(const Texts& texts,
                               const Vocabulary& vocabulary,
                               const DatasetFiles& files) {
  const OptionValues& options = files.settings.options;
  const std::int64_t context = options.integer("context");
  const bool is_one_file = files.parts.empty();
  PartWindows windows;
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    const auto stream = token_stream(vocabulary, texts.texts[i]);
    if (!stream) {
      return stream.failure();
    }
    const std::span<const std::int32_t> tokens = stream.value();
    if (is_one_file) {
      const double share = 1 - options.number("test");
      const auto training =
          static_cast<std::size_t>(std::floor(share * static_cast<double>(tokens.size())));
      windows.training.add(tokens.first(training), context, false, texts.groups[i]);
      windows.test.add(tokens.subspan(training), context, true, texts.groups[i]);
    } else {
      const bool keep_last = texts.parts[i] != Part::kTraining;
      windows.of(texts.parts[i]).add(tokens, context, keep_last, texts.groups[i]);
    }
  }
  for (const auto& [part, name] :
       {std::pair(Part::kTraining, "training"), std::pair(Part::kTest, "test")}) {
    if (windows.of(part).rows.count() == 0) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}: the {} part has no window of data.context = {} tokens",
                                 files.paths.front().string(),
                                 name,
                                 context)};
    }
  }
  return windows;
}

Result<Dataset> read_text(const DatasetInfo& info,
                          const DatasetFiles& files,
                          const ForEach& for_each) {
  const OptionValues& options = files.settings.options;
  const Result<Texts> texts = read_texts(files, for_each);
  if (!texts) {
    return texts.failure();
  }
  Result<Vocabulary> vocabulary = vocabulary_of(texts.value(), files);
  if (!vocabulary) {
    return vocabulary.failure();
  }
  Result<PartWindows> windows = windows_of(texts.value(), vocabulary.value(), files);
  if (!windows) {
    return windows.failure();
  }
  Dataset dataset;
  dataset.name = info.name;
  dataset.folder = files.folder;
  dataset.task = Task::kLanguageModel;
  dataset.vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary).value());
  dataset.longest = options.integer("context");
  dataset.training = examples_of(std::move(windows.value().training), texts.value().grouping);
  dataset.test = examples_of(std::move(windows.value().test), texts.value().grouping);
  if (windows.value().validation.rows.count() > 0) {
    dataset.validation = examples_of(std::move(windows.value().validation), texts.value().grouping);
  }
  dataset.digest = digest_of(dataset);
  return dataset;
}

std::vector<OptionInfo> options() {
  constexpr Bounds kOpenShare{0, 1, true, true, "a number in (0, 1)"};
  return {
      {.name = "tokenizer",
       .help = "what a token is",
       .fallback = std::string("characters"),
       .choices = {"characters", "words", "sentencepiece"}},
      {.name = "vocabulary",
       .help = "a file with one token per line, or a .model of sentencepiece; without it, the "
               "tokens of the text",
       .fallback = std::string()},
      {.name = "vocabulary_size",
       .help = "of words: the most frequent ones of the training text (0: all); of "
               "sentencepiece: pieces and marks (0: 8000)",
       .fallback = std::int64_t{0},
       .bounds = kIndex},
      {.name = "pieces",
       .help = "of sentencepiece: how a vocabulary is trained",
       .fallback = std::string("unigram"),
       .choices = {"unigram", "bpe"}},
      {.name = "context",
       .help = "tokens of a window",
       .fallback = std::int64_t{128},
       .bounds = kCount},
      {.name = "file",
       .help = "a text whose first tokens are for training and whose last ones for test",
       .fallback = std::string()},
      {.name = "test",
       .help = "of a `file`: the share of its tokens for test; or a list of files",
       .fallback = 0.1,
       .bounds = kOpenShare},
      {.name = "header",
       .help = "of a `file` that is csv or tsv: whether its first line has the names of columns",
       .fallback = true}};
}

}  // namespace

DatasetInfo text() {
  return {
      .name = "text",
      .summary = "plain text of your own for language models, as characters, words or pieces",
      .licence = "your own",
      .how_to_get =
          "Put train.txt and test.txt (plain, .gz or .xz) into the folder that data.folder or "
          "MURMUR_DATA names, name one text with data.file, or list files with data.train and "
          "data.test",
      .files = {{.name = "train.txt"}, {.name = "test.txt"}},
      .subfolders = {},
      .system_places = {},
      .class_names = {},
      .mean = {},
      .deviation = {},
      .usual_transforms = {},
      .options = options(),
      .lists = {{.name = "train", .help = "files of the training text", .fallback = std::string()},
                {.name = "test", .help = "files of the test text", .fallback = std::string()},
                {.name = "text",
                 .help = "of a `file` that is csv, tsv or jsonl: the columns of the text, joined "
                         "by blanks; default \"text\"",
                 .fallback = std::string("text")}},
      .find = find_text,
      .read = read_text,
  };
}

}  // namespace murmur::data
