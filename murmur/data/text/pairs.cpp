// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/pairs.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "murmur/data/division/groups.h"
#include "murmur/data/text/utf8.h"

namespace murmur::data {
namespace {

constexpr std::size_t kAtOnce = 512;  // pairs per task

using Tokens = std::vector<std::int32_t>;

}  // namespace

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    lines.push_back(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Status add_pairs(const NamedText& source, const NamedText& target, PairLines& pairs) {
  for (const NamedText* text : {&source, &target}) {
    if (const Status valid = require_utf8(text->text, text->name); !valid) {
      return valid;
    }
  }
  const auto sources = lines_of(source.text);
  const auto targets = lines_of(target.text);
  if (sources.size() != targets.size()) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{} has {} lines and {} has {}; line i of one must be the "
                               "translation of line i of the other",
                               source.name,
                               sources.size(),
                               target.name,
                               targets.size())};
  }
  const std::int32_t file = pairs.file.empty() ? 0 : pairs.file.back() + 1;
  pairs.source.insert(pairs.source.end(), sources.begin(), sources.end());
  pairs.target.insert(pairs.target.end(), targets.begin(), targets.end());
  pairs.file.resize(pairs.source.size(), file);
  return Ok{};
}

PairTokens pair_tokens(const PairLines& pairs,
                       const Vocabulary& vocabulary,
                       std::size_t most,
                       bool is_training,
                       const ForEach& for_each) {
  const std::size_t count = pairs.source.size();
  std::vector<Tokens> sources(count);
  std::vector<Tokens> targets(count);
  for_each((count + kAtOnce - 1) / kAtOnce, [&](std::size_t task) {
    for (std::size_t i = task * kAtOnce; i < std::min(count, (task + 1) * kAtOnce); ++i) {
      sources[i] = vocabulary.encode(pairs.source[i]);
      targets[i] = vocabulary.encode(pairs.target[i]);
    }
  });
  PairTokens all;
  RaggedRows x;
  RaggedRows y;
  std::vector<std::int32_t> files;
  const auto is_wrong = [&](const Tokens& side) { return side.empty() || side.size() > most; };
  for (std::size_t i = 0; i < count; ++i) {
    if (is_training && (is_wrong(sources[i]) || is_wrong(targets[i]))) {
      ++all.left_out;
      continue;
    }
    if (sources[i].size() > most) {
      ++all.cut;
      sources[i].resize(most);
    }
    for (Tokens* side : {&sources[i], &targets[i]}) {
      side->push_back(vocabulary.marks().end);
    }
    x.add(sources[i]);
    y.add(targets[i]);
    files.push_back(pairs.file[i]);
  }
  all.examples.columns.push_back(std::move(x).column(std::string(kInputs)));
  all.examples.columns.push_back(std::move(y).column(std::string(kTargets)));
  if (is_training) {
    all.examples.columns.push_back(grouping_column("file", files));
  }
  return all;
}

std::vector<std::int32_t> pair_lengths(const Examples& examples) {
  const Column& x = examples.column(kInputs);
  const Column& y = examples.column(kTargets);
  std::vector<std::int32_t> lengths;
  for (std::int64_t i = 0; i < examples.count(); ++i) {
    lengths.push_back(static_cast<std::int32_t>(
        std::max(x.row<std::int32_t>(i).size(), y.row<std::int32_t>(i).size())));
  }
  return lengths;
}

}  // namespace murmur::data
