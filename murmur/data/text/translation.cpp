// SPDX-License-Identifier: Apache-2.0
// Pairs of sentences: NAME.source and NAME.target for every NAME of data.train, data.test and,
// where it names parts with files, data.validation.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "murmur/data/check_dataset.h"
#include "murmur/data/places.h"
#include "murmur/data/registry.h"
#include "murmur/data/text/pairs.h"
#include "murmur/data/text/trained_pieces.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

struct NamedPart {
  std::string name;
  Part part = Part::kTraining;
};

std::vector<NamedPart> named_parts(const DatasetSettings& settings) {
  std::vector<NamedPart> parts;
  const auto add = [&](std::vector<std::string> names, const char* usual, Part part) {
    if (names.empty() && usual != nullptr) {
      names.emplace_back(usual);
    }
    for (std::string& name : names) {
      parts.push_back({std::move(name), part});
    }
  };
  add(texts_of(settings.options, "train"), "train", Part::kTraining);
  add(settings.validation, nullptr, Part::kValidation);
  add(texts_of(settings.options, "test"), "test", Part::kTest);
  return parts;
}

Result<DatasetFiles> find_pairs(const DatasetInfo& info, const Places& places) {
  const OptionValues options = [&] {
    OptionValues all(info.options);
    for (const auto& [key, value] : places.settings.options.all()) {
      all.set(key, value);
    }
    return all;
  }();
  DatasetInfo wanted = info;
  wanted.files.clear();
  std::vector<Part> parts;
  for (const NamedPart& part : named_parts(places.settings)) {
    for (const char* side : {"source", "target"}) {
      wanted.files.push_back({.name = part.name + "." + options.text(side)});
      parts.push_back(part.part);
    }
  }
  Result<DatasetFiles> found = find_usual_files(wanted, places);
  if (!found) {
    return found;
  }
  DatasetFiles files = std::move(found).value();
  files.parts = std::move(parts);
  return files;
}

struct Parts {
  PairLines training;
  PairLines validation;
  PairLines test;

  PairLines& of(Part part) {
    return part == Part::kTraining ? training : part == Part::kTest ? test : validation;
  }
};

Result<Parts> read_parts(const DatasetFiles& files, const std::vector<Bytes>& contents) {
  Parts parts;
  for (std::size_t i = 0; i + 1 < files.paths.size(); i += 2) {
    const auto text = [&](std::size_t file) -> NamedText {
      return {files.paths[file].string(), as_text(contents[file])};
    };
    if (const Status added = add_pairs(text(i), text(i + 1), parts.of(files.parts[i])); !added) {
      return added.failure();
    }
  }
  return parts;
}

// The lines of a vocabulary's training: file by file, the source before the target.
std::vector<std::string_view> training_lines(const DatasetFiles& files,
                                             const std::vector<Bytes>& contents) {
  std::vector<std::string_view> lines;
  for (std::size_t i = 0; i < files.paths.size(); ++i) {
    if (files.parts[i] == Part::kTraining) {
      const auto own = lines_of(as_text(contents[i]));
      lines.insert(lines.end(), own.begin(), own.end());
    }
  }
  return lines;
}

Failure without_pairs(const DatasetFiles& files, const char* part, std::int64_t left_out) {
  return {FailureKind::kDamaged,
          fmt::format("{}: the {} part has no pairs{}",
                      files.folder.string(),
                      part,
                      left_out == 0 ? std::string()
                                    : fmt::format("; {} have an empty side or more than "
                                                  "data.max_length pieces on one",
                                                  left_out))};
}

std::int64_t longest_side(const Examples& examples) {
  std::int64_t longest = 0;
  for (const Column& column : examples.columns) {
    longest = std::max(longest, column.ragged ? column.row_size() : 0);
  }
  return longest;
}

Result<Dataset> read_translation(const DatasetInfo& info,
                                 const DatasetFiles& files,
                                 const ForEach& for_each) {
  const OptionValues& options = files.settings.options;
  const auto contents = read_all(files, for_each);
  if (!contents) {
    return contents.failure();
  }
  Result<Parts> parts = read_parts(files, contents.value());
  if (!parts) {
    return parts.failure();
  }
  Result<Vocabulary> vocabulary =
      pieces_vocabulary(options, training_lines(files, contents.value()), files.cache);
  if (!vocabulary) {
    return vocabulary.failure();
  }
  const auto most = static_cast<std::size_t>(options.integer("max_length"));
  const auto tokens_of = [&](Part part) {
    return pair_tokens(
        parts.value().of(part), vocabulary.value(), most, part == Part::kTraining, for_each);
  };
  PairTokens training = tokens_of(Part::kTraining);
  PairTokens validation = tokens_of(Part::kValidation);
  PairTokens test = tokens_of(Part::kTest);
  for (const auto& [part, name] : {std::pair(&training, "training"), std::pair(&test, "test")}) {
    if (part->examples.count() == 0) {
      return without_pairs(files, name, part->left_out);
    }
  }
  Dataset dataset;
  dataset.name = info.name;
  dataset.folder = files.folder;
  dataset.task = Task::kTranslation;
  dataset.vocabulary = std::make_shared<const Vocabulary>(std::move(vocabulary).value());
  dataset.left_out = training.left_out;
  dataset.cut_texts = test.cut;
  dataset.training = std::move(training.examples);
  dataset.test = std::move(test.examples);
  if (!files.settings.validation.empty()) {
    dataset.validation = std::move(validation.examples);
    dataset.validation_names = files.settings.validation;
  }
  const auto& references = parts.value().test.target;
  dataset.references.assign(references.begin(), references.end());
  for (const Examples* examples : {&dataset.training, &dataset.validation, &dataset.test}) {
    dataset.longest = std::max(dataset.longest, longest_side(*examples));
  }
  dataset.digest = digest_of(dataset);
  return dataset;
}

std::vector<OptionInfo> options() {
  return {{.name = "source",
           .help = "what the names of the source files end in",
           .fallback = std::string("en")},
          {.name = "target",
           .help = "what the names of the target files end in",
           .fallback = std::string("de")},
          {.name = "tokenizer",
           .help = "what a token is",
           .fallback = std::string("sentencepiece"),
           .choices = {"sentencepiece"}},
          {.name = "vocabulary",
           .help = "a .model of sentencepiece; without it one is trained on the training text",
           .fallback = std::string()},
          {.name = "vocabulary_size",
           .help = "of a trained vocabulary: pieces and marks",
           .fallback = std::int64_t{8000},
           .bounds = kCount},
          {.name = "pieces",
           .help = "how a vocabulary is trained",
           .fallback = std::string("unigram"),
           .choices = {"unigram", "bpe"}},
          {.name = "max_length",
           .help = "pieces of a side: longer training pairs are left out, test sources are cut",
           .fallback = std::int64_t{256},
           .bounds = kCount},
          {.name = "batch_tokens",
           .help = "the budget of a worker's batch: pairs times the longest side in tokens",
           .fallback = std::int64_t{4096},
           .bounds = kCount}};
}

}  // namespace

DatasetInfo translation() {
  return {
      .name = "translation",
      .summary = "pairs of sentences of your own in aligned lines, as pieces",
      .licence = "your own",
      .how_to_get =
          "Put train.en and train.de, test.en and test.de (plain, .gz or .xz; other endings: "
          "data.source and data.target, other names: data.train and data.test) into the folder "
          "that data.folder or MURMUR_DATA names",
      .files = {{.name = "train.en"},
                {.name = "train.de"},
                {.name = "test.en"},
                {.name = "test.de"}},
      .subfolders = {},
      .system_places = {},
      .class_names = {},
      .mean = {},
      .deviation = {},
      .usual_transforms = {},
      .options = options(),
      .lists = {{.name = "train",
                 .help = "names of the training files without their endings; default \"train\"",
                 .fallback = std::string()},
                {.name = "test",
                 .help = "names of the test files without their endings; default \"test\"",
                 .fallback = std::string()}},
      .find = find_pairs,
      .read = read_translation,
  };
}

}  // namespace murmur::data
