// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/model/new_inputs.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/error.h"
#include "murmur/data/bytes.h"
#include "murmur/data/number_arrays.h"
#include "murmur/data/text/labelled.h"
#include "murmur/data/text/streams.h"
#include "murmur/data/text/utf8.h"
#include "murmur/files/array_file.h"

namespace murmur::run {
namespace {

using std::filesystem::path;

[[noreturn]] void refuse(const path& input, const std::string& what) {
  throw UserError(fmt::format("{}: {}", input.string(), what), ExitCode::kData);
}

template <class T>
T required(Result<T> result) {
  if (!result) {
    throw UserError(result.failure().message, ExitCode::kData);
  }
  return std::move(result).value();
}

std::vector<std::string> read_lines(const path& input) {
  const data::Bytes bytes = required(data::read_bytes(input));
  const std::string_view text = data::as_text(bytes);
  if (const Status valid = data::require_utf8(text, input.string()); !valid) {
    throw UserError(valid.failure().message, ExitCode::kData);
  }
  const auto lines = data::split_lines(text);
  if (lines.empty()) {
    refuse(input, "it has no line");
  }
  return {lines.begin(), lines.end()};
}

// The columns x, and y of as many labels or targets as nothing is known of.
data::Examples unlabelled(const data::Dataset& dataset, data::Column x) {
  const auto count = static_cast<std::size_t>(x.rows());
  const data::Column& known = dataset.test.column(data::kTargets);
  data::Column y{.name = known.name, .dtype = known.dtype, .shape = known.shape, .bytes = {}};
  y.bytes = data::Bytes(
      count * static_cast<std::size_t>(known.row_size()) * files::bytes_of(known.dtype), 0);
  data::Examples examples;
  examples.columns.push_back(std::move(x));
  examples.columns.push_back(std::move(y));
  return examples;
}

std::shared_ptr<const data::Dataset> with_test(const data::Dataset& dataset,
                                               data::Examples examples) {
  auto all = std::make_shared<data::Dataset>(dataset);
  all->test = std::move(examples);
  return all;
}

NewInputs labelled_texts(const Config& config, const data::Dataset& dataset, const path& input) {
  const OptionValues& options = config.data.dataset.options;
  const data::Wordpiece wordpiece = required(data::labelled_tokenizer(options));
  NewInputs inputs{.texts = read_lines(input)};
  data::RaggedRows rows;
  for (const std::string& text : inputs.texts) {
    rows.add(wordpiece.encode(text, static_cast<std::size_t>(options.integer("max_length"))));
  }
  inputs.dataset =
      with_test(dataset, unlabelled(dataset, std::move(rows).column(std::string(data::kInputs))));
  return inputs;
}

// A line as a prompt: without the end that a line of words has.
std::vector<std::int32_t> prompt_of(const data::Vocabulary& vocabulary,
                                    const std::string& line,
                                    const path& input) {
  if (vocabulary.tokenizer() == "sentencepiece") {
    return vocabulary.encode(line);
  }
  std::vector<std::int32_t> tokens =
      required(data::token_stream(vocabulary, {input.string(), line}));
  if (vocabulary.tokenizer() == "words" && !tokens.empty()) {
    tokens.pop_back();
  }
  return tokens;
}

NewInputs texts_of(const data::Dataset& dataset, const path& input) {
  const data::Vocabulary& vocabulary = *dataset.vocabulary;
  const bool translates = dataset.task == data::Task::kTranslation;
  NewInputs inputs{.texts = read_lines(input)};
  for (std::size_t i = 0; i < inputs.texts.size(); ++i) {
    std::vector<std::int32_t> tokens = translates ? vocabulary.encode(inputs.texts[i])
                                                  : prompt_of(vocabulary, inputs.texts[i], input);
    if (translates) {
      tokens.push_back(vocabulary.marks().end);
    } else if (tokens.empty()) {
      refuse(input, fmt::format("line {} is empty; a text to continue has a token", i + 1));
    }
    inputs.tokens.push_back(std::move(tokens));
  }
  return inputs;
}

bool is_jpeg(const path& file) {
  std::string ending = file.extension().string();
  std::ranges::transform(ending, ending.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return ending == ".jpg" || ending == ".jpeg";
}

std::vector<std::string> image_names(const path& input) {
  std::vector<std::string> names;
  std::error_code error;
  if (!std::filesystem::is_directory(input, error)) {
    return is_jpeg(input) ? std::vector{input.filename().string()} : names;
  }
  for (const auto& entry : std::filesystem::directory_iterator(input, error)) {
    if (is_jpeg(entry.path())) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

NewInputs image_files(const data::Dataset& dataset, const path& input) {
  NewInputs inputs{.texts = image_names(input)};
  std::error_code error;
  if (inputs.texts.empty() || !std::filesystem::exists(input, error)) {
    refuse(input, "it is no JPEG image and no folder of them (.jpg, .jpeg)");
  }
  const bool is_folder = std::filesystem::is_directory(input, error);
  const path folder = std::filesystem::absolute(is_folder ? input : input.parent_path(), error);
  std::size_t longest = 0;
  for (const std::string& name : inputs.texts) {
    longest = std::max(longest, name.size());
  }
  data::Bytes names(inputs.texts.size() * longest, 0);
  for (std::size_t i = 0; i < inputs.texts.size(); ++i) {
    std::ranges::copy(inputs.texts[i], names.begin() + static_cast<std::ptrdiff_t>(i * longest));
  }
  data::Column x{.name = std::string(data::kInputs),
                 .dtype = files::Dtype::kU8,
                 .shape = {static_cast<std::int64_t>(longest)},
                 .bytes = std::move(names)};
  data::Examples examples = unlabelled(dataset, std::move(x));
  examples.image_files = data::ImageFiles{folder.string(), dataset.test.shape()};
  inputs.dataset = with_test(dataset, std::move(examples));
  return inputs;
}

NewInputs arrays(const data::Dataset& dataset, const path& input) {
  const auto file = required(files::open_array_file(input));
  const std::vector<std::string> names = file->names();
  if (names.empty()) {
    refuse(input, "it has no array");
  }
  const files::ArrayInfo info = required(file->find(names.size() == 1 ? names.front() : "x"));
  data::Bytes bytes(info.bytes);
  if (const Status read = file->read(info, std::as_writable_bytes(std::span(bytes))); !read) {
    throw UserError(read.failure().message, ExitCode::kData);
  }
  const data::Column& known = dataset.test.column(data::kInputs);
  std::vector<std::int64_t> shape(info.shape.begin() + (info.shape.empty() ? 0 : 1),
                                  info.shape.end());
  const bool are_images = known.dtype == files::Dtype::kU8;
  if (are_images && shape.size() == 2) {
    shape.insert(shape.begin(), 1);
  }
  const bool same_kind = are_images ? info.dtype == files::Dtype::kU8 : data::is_float(info.dtype);
  if (info.shape.empty() || info.shape.front() == 0 || !same_kind || shape != known.shape) {
    refuse(input,
           fmt::format("{} is {} of shape ({}); wanted is {} with rows of ({})",
                       info.name,
                       files::name_of(info.dtype),
                       fmt::join(info.shape, ", "),
                       are_images ? "U8" : "F16, F32 or F64",
                       fmt::join(known.shape, ", ")));
  }
  data::Column x{.name = known.name, .dtype = info.dtype, .shape = shape, .bytes = {}};
  if (are_images) {
    x.bytes = std::move(bytes);
  } else {
    x = required(data::number_column(std::move(x), std::move(bytes), input.string(), info.name));
  }
  return {.texts = {}, .dataset = with_test(dataset, unlabelled(dataset, std::move(x)))};
}

}  // namespace

NewInputs read_new_inputs(const Config& config,
                          const data::Dataset& dataset,
                          const std::filesystem::path& input) {
  switch (dataset.form().kind) {
    case ExampleKind::kLabelledText:
      return labelled_texts(config, dataset, input);
    case ExampleKind::kText:
    case ExampleKind::kPairs:
      return texts_of(dataset, input);
    case ExampleKind::kArrays:
      break;
  }
  return dataset.test.image_files ? image_files(dataset, input) : arrays(dataset, input);
}

std::string text_of(const data::Vocabulary& vocabulary, const std::vector<std::int32_t>& tokens) {
  if (vocabulary.tokenizer() == "sentencepiece") {
    return vocabulary.decode(tokens);
  }
  const bool of_words = vocabulary.tokenizer() == "words";
  std::string text;
  for (const std::int32_t token : tokens) {
    const std::string& word = vocabulary.token(token);
    const bool ends_line = of_words && word == data::kEndOfLine;
    text += of_words && !text.empty() && text.back() != '\n' && !ends_line ? " " : "";
    text += ends_line ? "\n" : word;
  }
  return text;
}

}  // namespace murmur::run
