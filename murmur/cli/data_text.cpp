// SPDX-License-Identifier: Apache-2.0
#include "murmur/cli/data_text.h"

#include <cstdio>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/error.h"
#include "murmur/data/text/facts.h"

namespace murmur::cli {
namespace {

using nlohmann::ordered_json;

double share(std::int64_t part, std::int64_t of) {
  return of == 0 ? 0 : static_cast<double>(part) / static_cast<double>(of);
}

// The share of training texts that were cut off at data.max_length.
double cut_share(const data::Dataset& dataset) {
  return share(dataset.cut_texts, dataset.training.count());
}

std::vector<std::pair<const char*, data::TokenFacts>> parts_of(const data::Dataset& dataset) {
  return {{"training", token_facts(dataset, dataset.training)},
          {"test", token_facts(dataset, dataset.test)}};
}

ordered_json to_json(const data::Dataset& dataset, const data::TokenFacts& facts) {
  ordered_json json = {{"examples", facts.examples},
                       {"tokens", facts.tokens},
                       {"shortest", facts.shortest},
                       {"median", facts.median},
                       {"longest", facts.longest},
                       {"unknown_share", share(facts.unknown, facts.tokens)}};
  for (std::size_t c = 0; c < facts.of_class.size(); ++c) {
    json["classes"][dataset.class_names[c]] = facts.of_class[c];
  }
  return json;
}

}  // namespace

ordered_json text_json(const data::Dataset& dataset) {
  ordered_json json = {{"tokenizer", dataset.vocabulary->tokenizer()},
                       {"vocabulary", dataset.vocabulary->size()}};
  for (const auto& [name, facts] : parts_of(dataset)) {
    json[name] = to_json(dataset, facts);
  }
  if (dataset.task == data::Task::kClassification) {
    json["cut_share"] = cut_share(dataset);
  }
  return json;
}

void print_text(const data::Dataset& dataset) {
  const bool of_windows = dataset.task == data::Task::kLanguageModel;
  fmt::print(
      "vocabulary  {} tokens, {}\n", dataset.vocabulary->size(), dataset.vocabulary->tokenizer());
  for (const auto& [name, facts] : parts_of(dataset)) {
    fmt::print("{:<11} {} {}, {} tokens: shortest {}, median {}, longest {}; unknown {:.2f} %\n",
               name,
               facts.examples,
               of_windows ? "windows" : "texts",
               facts.tokens,
               facts.shortest,
               facts.median,
               facts.longest,
               100 * share(facts.unknown, facts.tokens));
    for (std::size_t c = 0; c < facts.of_class.size(); ++c) {
      fmt::print("  {:<24} {}\n", dataset.class_names[c], facts.of_class[c]);
    }
  }
  if (!of_windows) {
    fmt::print("cut off     {:.2f} % of the training texts (data.max_length)\n",
               100 * cut_share(dataset));
  }
}

ordered_json tokens_json(const data::Dataset& dataset,
                         const std::string& split,
                         std::int64_t count) {
  if (dataset.vocabulary == nullptr) {
    throw UserError(fmt::format("--tokens: '{}' is no text", dataset.name));
  }
  return first_tokens(split == "training" ? dataset.training : dataset.test, count);
}

}  // namespace murmur::cli
