// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/labelled.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <utility>

#include "murmur/data/check_dataset.h"
#include "murmur/data/division/groups.h"
#include "murmur/data/number_arrays.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

constexpr std::size_t kAtOnce = 512;  // texts per task

struct Tokenized {
  Examples examples;
  std::int64_t cut = 0;  // texts with more than `most` tokens
};

Tokenized tokenized(const std::vector<LabelledText>& texts,
                    const std::string& by,
                    const Wordpiece& wordpiece,
                    std::size_t most,
                    const ForEach& for_each) {
  std::atomic<std::int64_t> cut = 0;
  std::vector<std::vector<std::int32_t>> tokens(texts.size());
  for_each((texts.size() + kAtOnce - 1) / kAtOnce, [&](std::size_t task) {
    const std::size_t end = std::min(texts.size(), (task + 1) * kAtOnce);
    for (std::size_t i = task * kAtOnce; i < end; ++i) {
      bool is_cut = false;
      tokens[i] = wordpiece.encode(texts[i].text, most, &is_cut);
      cut += is_cut ? 1 : 0;
    }
  });
  RaggedRows rows;
  std::vector<std::int32_t> labels;
  std::int32_t classes = 1;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    rows.add(tokens[i]);
    labels.push_back(texts[i].label);
    classes = std::max(classes, texts[i].label + 1);
  }
  Tokenized all{.examples = {}, .cut = cut};
  all.examples.columns.push_back(std::move(rows).column(std::string(kInputs)));
  all.examples.columns.push_back(label_column(labels, classes));
  if (!by.empty()) {
    std::vector<std::int32_t> groups;
    for (const LabelledText& text : texts) {
      groups.push_back(text.group);
    }
    all.examples.columns.push_back(grouping_column(by, groups));
  }
  return all;
}

}  // namespace

Result<Wordpiece> labelled_tokenizer(const OptionValues& options) {
  const std::filesystem::path path = options.text("vocabulary");
  if (path.empty()) {
    return Failure{FailureKind::kInvalid,
                   "data.vocabulary is missing: the vocab.txt of a published encoder; with the "
                   "model 'bert' it is that of model.folder"};
  }
  const Result<Bytes> content = read_bytes(path);
  if (!content) {
    return content.failure();
  }
  auto vocabulary = Vocabulary::read("wordpiece", as_text(content.value()), path.string());
  if (!vocabulary) {
    return vocabulary.failure();
  }
  const auto settings = read_wordpiece_settings(path.parent_path());
  if (!settings) {
    return settings.failure();
  }
  return Wordpiece::make(std::make_shared<const Vocabulary>(std::move(vocabulary).value()),
                         settings.value());
}

std::vector<OptionInfo> labelled_text_options() {
  constexpr Bounds kLength{3, 1e6, false, false, "an integer, 3 or more"};
  return {{.name = "tokenizer",
           .help = "what a token is",
           .fallback = std::string("wordpiece"),
           .choices = {"wordpiece"}},
          {.name = "vocabulary",
           .help = "a vocab.txt; of the model `bert` without it: that of its folder",
           .fallback = std::string()},
          {.name = "max_length",
           .help = "tokens of a text, [CLS] and [SEP] included; the others are cut off",
           .fallback = std::int64_t{128},
           .bounds = kLength}};
}

Result<Dataset> labelled_dataset(const DatasetInfo& info,
                                 const DatasetFiles& files,
                                 const LabelledTexts& texts,
                                 const ForEach& for_each) {
  const OptionValues& options = files.settings.options;
  const Result<Wordpiece> wordpiece = labelled_tokenizer(options);
  if (!wordpiece) {
    return wordpiece.failure();
  }
  const auto most = static_cast<std::size_t>(options.integer("max_length"));
  Dataset dataset;
  dataset.name = info.name;
  dataset.folder = files.folder;
  dataset.task = Task::kClassification;
  dataset.classes = static_cast<int>(texts.class_names.size());
  dataset.class_names = texts.class_names;
  dataset.vocabulary = wordpiece.value().vocabulary();
  Tokenized training = tokenized(texts.training, texts.by, wordpiece.value(), most, for_each);
  dataset.training = std::move(training.examples);
  dataset.cut_texts = training.cut;
  dataset.test = tokenized(texts.test, texts.by, wordpiece.value(), most, for_each).examples;
  dataset.longest = std::max(dataset.training.column(kInputs).row_size(),
                             dataset.test.column(kInputs).row_size());
  dataset.digest = digest_of(dataset);
  return dataset;
}

}  // namespace murmur::data
