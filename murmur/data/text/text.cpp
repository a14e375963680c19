// SPDX-License-Identifier: Apache-2.0
// Plain text for language models: train.txt, test.txt and, if it is there, valid.txt of a folder;
// one file, whose first share is for training; or lists of files.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/places.h"
#include "murmur/data/registry.h"
#include "murmur/data/text/streams.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

namespace fs = std::filesystem;

constexpr std::array kParts{Part::kTraining, Part::kValidation, Part::kTest};

Status add_listed(const Places& places, const std::string& key, Part part, DatasetFiles& files) {
  const std::vector<std::string> listed = texts_of(places.settings.options, key);
  if (listed.empty()) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("data.{} is missing: with data.train or data.test as lists of files "
                               "both are needed",
                               key)};
  }
  for (const std::string& name : listed) {
    const fs::path path = fs::path(places.folder) / name;
    std::error_code ignored;  // an inaccessible file counts as absent
    if (!fs::is_regular_file(path, ignored)) {
      return Failure{FailureKind::kMissing,
                     fmt::format("data.{}: there is no file {}", key, path.string())};
    }
    files.paths.push_back(path);
    files.parts.push_back(part);
  }
  return Ok{};
}

Result<DatasetFiles> find_text(const DatasetInfo& info, const Places& places) {
  if (!texts_of(places.settings.options, "train").empty() ||
      !texts_of(places.settings.options, "test").empty()) {
    DatasetFiles files{.folder = places.folder, .paths = {}};
    for (const auto& [key, part] :
         {std::pair("train", Part::kTraining), std::pair("test", Part::kTest)}) {
      if (const Status added = add_listed(places, key, part, files); !added) {
        return added.failure();
      }
    }
    return files;
  }
  Result<DatasetFiles> found = find_usual_files(info, places);
  if (!found || !places.file.empty()) {
    return found;
  }
  DatasetFiles files{.folder = found.value().folder, .paths = {}};
  files.paths = {found.value().paths[0], found.value().paths[1]};
  files.parts = {Part::kTraining, Part::kTest};
  for (const char* name : {"valid.txt", "valid.txt.gz", "valid.txt.xz"}) {
    std::error_code ignored;  // an inaccessible file counts as absent
    if (fs::is_regular_file(files.folder / name, ignored)) {
      files.paths.insert(files.paths.begin() + 1, files.folder / name);
      files.parts.insert(files.parts.begin() + 1, Part::kValidation);
      break;
    }
  }
  return files;
}

// The texts in the order of their parts, and the part of each.
struct Texts {
  std::vector<Bytes> contents;
  std::vector<NamedText> texts;
  std::vector<Part> parts;
};

Result<Texts> read_texts(const DatasetFiles& files, const ForEach& for_each) {
  auto contents = read_all(files, for_each);
  if (!contents) {
    return contents.failure();
  }
  Texts all{.contents = std::move(contents).value(), .texts = {}, .parts = {}};
  for (const Part part : kParts) {
    for (std::size_t i = 0; i < files.paths.size(); ++i) {
      if ((files.parts.empty() ? Part::kTraining : files.parts[i]) == part) {
        all.texts.push_back({files.paths[i].string(), as_text(all.contents[i])});
        all.parts.push_back(part);
      }
    }
  }
  for (const NamedText& text : all.texts) {
    if (const Status valid = require_utf8(text.text, text.name); !valid) {
      return valid.failure();
    }
  }
  return all;
}

Result<Vocabulary> vocabulary_of(const Texts& texts, const OptionValues& options) {
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

struct PartWindows {
  RaggedRows training;
  RaggedRows validation;
  RaggedRows test;

  RaggedRows& of(Part part) {
    return part == Part::kTraining ? training : part == Part::kTest ? test : validation;
  }
};

Examples examples_of(RaggedRows windows) {
  Examples examples;
  examples.columns.push_back(std::move(windows).column(std::string(kInputs)));
  return examples;
}

Result<PartWindows> windows_of(const Texts& texts,
                               const Vocabulary& vocabulary,
                               const OptionValues& options,
                               bool is_one_file) {
  const std::int64_t context = options.integer("context");
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
      add_windows(tokens.first(training), context, false, windows.training);
      add_windows(tokens.subspan(training), context, true, windows.test);
    } else {
      const bool keep_last = texts.parts[i] != Part::kTraining;
      add_windows(tokens, context, keep_last, windows.of(texts.parts[i]));
    }
  }
  for (const auto& [part, name] :
       {std::pair(Part::kTraining, "training"), std::pair(Part::kTest, "test")}) {
    if (windows.of(part).count() == 0) {
      return Failure{FailureKind::kDamaged,
                     fmt::format("{}: the {} part has no window of data.context = {} tokens",
                                 texts.texts.front().name,
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
  Result<Vocabulary> vocabulary = vocabulary_of(texts.value(), options);
  if (!vocabulary) {
    return vocabulary.failure();
  }
  Result<PartWindows> windows =
      windows_of(texts.value(), vocabulary.value(), options, files.parts.empty());
  if (!windows) {
    return windows.failure();
  }
  Dataset dataset;
  dataset.name = info.name;
  dataset.folder = files.folder;
  dataset.task = Task::kLanguageModel;
  dataset.vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary).value());
  dataset.longest = options.integer("context");
  dataset.training = examples_of(std::move(windows.value().training));
  dataset.test = examples_of(std::move(windows.value().test));
  if (windows.value().validation.count() > 0) {
    dataset.validation = examples_of(std::move(windows.value().validation));
  }
  dataset.digest = digest_of(dataset);
  return dataset;
}

std::vector<OptionInfo> options() {
  constexpr Bounds kOpenShare{0, 1, true, true, "a number in (0, 1)"};
  return {{.name = "tokenizer",
           .help = "what a token is",
           .fallback = std::string("characters"),
           .choices = {"characters", "words"}},
          {.name = "vocabulary",
           .help = "a file with one token per line; without it, the tokens of the text",
           .fallback = std::string()},
          {.name = "vocabulary_size",
           .help = "of words: the most frequent ones of the training text; 0: all",
           .fallback = std::int64_t{0},
           .bounds = kIndex},
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
           .bounds = kOpenShare}};
}

}  // namespace

DatasetInfo text() {
  return {
      .name = "text",
      .summary = "plain text of your own for language models, as characters or words",
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
                {.name = "test", .help = "files of the test text", .fallback = std::string()}},
      .find = find_text,
      .read = read_text,
  };
}

}  // namespace murmur::data
