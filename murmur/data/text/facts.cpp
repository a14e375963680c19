// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/text/facts.h"

#include <algorithm>

namespace murmur::data {

TokenFacts token_facts(const Dataset& dataset, const Examples& examples, std::string_view side) {
  const Column& x = examples.column(side);
  const bool of_windows = dataset.task == Task::kLanguageModel;
  const std::int32_t unknown = dataset.vocabulary->unknown();
  TokenFacts facts{.examples = x.rows()};
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    const auto row = x.row<std::int32_t>(i);
    lengths.push_back(static_cast<std::int64_t>(row.size()) - (of_windows ? 1 : 0));
    facts.tokens += lengths.back();
    facts.unknown += std::count(row.begin(), row.end(), unknown);
  }
  if (!lengths.empty()) {
    std::sort(lengths.begin(), lengths.end());
    facts.shortest = lengths.front();
    facts.median = lengths[(lengths.size() - 1) / 2];
    facts.longest = lengths.back();
  }
  if (examples.are_labelled()) {
    facts.of_class.resize(static_cast<std::size_t>(dataset.classes));
    for (const std::int32_t label : examples.labels()) {
      ++facts.of_class[static_cast<std::size_t>(label)];
    }
  }
  return facts;
}

std::vector<std::vector<std::int32_t>> tokens_of(const Examples& examples,
                                                 std::span<const std::int32_t> which,
                                                 std::string_view side) {
  const Column& x = examples.column(side);
  std::vector<std::vector<std::int32_t>> tokens;
  for (const std::int32_t example : which) {
    const auto row = x.row<std::int32_t>(example);
    tokens.emplace_back(row.begin(), row.end());
  }
  return tokens;
}

}  // namespace murmur::data
