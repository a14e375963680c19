// SPDX-License-Identifier: Apache-2.0
#include "murmur/cli/data_text.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/core/error.h"
#include "murmur/data/division/validation.h"
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

// Parts, and sides of pairs, with their names.
struct NamedFacts {
  std::string part;
  std::string side;  // of pairs
  data::TokenFacts facts;
};

std::vector<std::pair<std::string, const data::Examples*>> parts_of(const data::Dataset& dataset) {
  std::vector<std::pair<std::string, const data::Examples*>> parts{{"training", &dataset.training}};
  if (dataset.validation.count() > 0) {
    parts.emplace_back("validation", &dataset.validation);
  }
  parts.emplace_back("test", &dataset.test);
  return parts;
}

std::vector<NamedFacts> facts_of(const data::Dataset& dataset) {
  std::vector<NamedFacts> all;
  for (const auto& [name, examples] : parts_of(dataset)) {
    if (dataset.task == data::Task::kTranslation) {
      all.push_back({name, "source", token_facts(dataset, *examples, data::kInputs)});
      all.push_back({name, "target", token_facts(dataset, *examples, data::kTargets)});
    } else {
      all.push_back({name, "", token_facts(dataset, *examples)});
    }
  }
  return all;
}

const char* words_for(const data::Dataset& dataset) {
  return dataset.task == data::Task::kLanguageModel ? "windows"
         : dataset.task == data::Task::kTranslation ? "pairs"
                                                    : "texts";
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
  for (const NamedFacts& named : facts_of(dataset)) {
    ordered_json& part = json[named.part];
    (named.side.empty() ? part : part[named.side]) = to_json(dataset, named.facts);
  }
  if (dataset.task == data::Task::kTranslation) {
    json["left_out"] = dataset.left_out;
    json["cut_sources"] = dataset.cut_texts;
  }
  if (dataset.task == data::Task::kClassification) {
    json["cut_share"] = cut_share(dataset);
  }
  return json;
}

void print_text(const data::Dataset& dataset) {
  fmt::print(
      "vocabulary  {} tokens, {}\n", dataset.vocabulary->size(), dataset.vocabulary->tokenizer());
  for (const NamedFacts& named : facts_of(dataset)) {
    const data::TokenFacts& facts = named.facts;
    fmt::print("{:<11} {} {}{}, {} tokens: shortest {}, median {}, longest {}; unknown {:.2f} %\n",
               named.part,
               facts.examples,
               words_for(dataset),
               named.side.empty() ? "" : ", " + named.side,
               facts.tokens,
               facts.shortest,
               facts.median,
               facts.longest,
               100 * share(facts.unknown, facts.tokens));
    for (std::size_t c = 0; c < facts.of_class.size(); ++c) {
      fmt::print("  {:<24} {}\n", dataset.class_names[c], facts.of_class[c]);
    }
  }
  if (dataset.task == data::Task::kTranslation) {
    fmt::print(
        "left out    {} training pairs with an empty side, or a longer one than "
        "data.max_length; {} test sources are cut\n",
        dataset.left_out,
        dataset.cut_texts);
  }
  if (dataset.task == data::Task::kClassification) {
    fmt::print("cut off     {:.2f} % of the training texts (data.max_length)\n",
               100 * cut_share(dataset));
  }
}

namespace {

struct SomeExamples {
  const data::Examples* examples = nullptr;
  std::vector<std::int32_t> which;
};

SomeExamples examples_of(const data::Dataset& dataset, const TokensRequest& request) {
  const auto parts = parts_of(dataset);
  const auto part =
      std::ranges::find_if(parts, [&](const auto& named) { return named.first == request.split; });
  const bool is_drawn = request.share > 0 && request.split != "test";
  if (part == parts.end() && !is_drawn) {
    throw UserError(
        fmt::format("--split {}: '{}' has no such part here; data.validation says which it is",
                    request.split,
                    dataset.name));
  }
  SomeExamples some{.examples = is_drawn ? &dataset.training : part->second, .which = {}};
  if (is_drawn) {
    data::Split split = data::split_off(dataset.training.count(), request.share, request.seed);
    some.which = std::move(request.split == "training" ? split.training : split.validation);
  } else {
    some.which.resize(static_cast<std::size_t>(some.examples->count()));
    std::iota(some.which.begin(), some.which.end(), 0);
  }
  some.which.resize(std::min(some.which.size(), static_cast<std::size_t>(request.count)));
  return some;
}

}  // namespace

ordered_json tokens_json(const data::Dataset& dataset, const TokensRequest& request) {
  if (dataset.vocabulary == nullptr) {
    throw UserError(fmt::format("--tokens: '{}' is no text", dataset.name));
  }
  const SomeExamples some = examples_of(dataset, request);
  const auto sources = tokens_of(*some.examples, some.which);
  if (dataset.task != data::Task::kTranslation) {
    return sources;
  }
  const auto targets = tokens_of(*some.examples, some.which, data::kTargets);
  ordered_json pairs = ordered_json::array();
  for (std::size_t i = 0; i < sources.size(); ++i) {
    pairs.push_back({{"source", sources[i]}, {"target", targets[i]}});
  }
  return pairs;
}

}  // namespace murmur::cli
