// SPDX-License-Identifier: Apache-2.0
// Reads the table [participation], and checks that there are rounds to take part in.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/run/config/tables.h"
#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

constexpr Bounds kShare{0, 1, true, false, "a number in (0, 1]"};

// Algorithms whose workers need no message between two outer steps.
constexpr std::array kBases{"sgd", "adam", "adamw", "qhm", "qhadam", "signum"};

std::vector<std::string> known_bases() {
  std::vector<std::string> names;
  for (const std::string name : kBases) {
    if (is_known("algorithm", name)) {
      names.push_back(name == "signum" ? "signum with vote = false" : name);
    }
  }
  return names;
}

// What is missing for rounds of which some workers can sit out, or empty.
std::string missing(const Config& config) {
  const Choice& base = config.algorithm.choice;
  if (!config.outer) {
    return "[outer] is missing: its outer steps end the rounds, as in outer.name = \"average\"";
  }
  const OptionValues& outer = config.outer->choice.options;
  if (std::find(kBases.begin(), kBases.end(), base.name) == kBases.end() ||
      (base.options.has("vote") && base.options.flag("vote"))) {
    return fmt::format("algorithm.name = \"{}\" does not go with it; allowed: {}",
                       base.name,
                       join_names(known_bases()));
  }
  if (!outer.flag("exact_average")) {
    return "outer.exact_average = false takes no mean; allowed: true";
  }
  if (outer.text("phase") != "last") {
    return fmt::format("outer.phase = \"{}\" ends a round at its first step; allowed: \"last\"",
                       outer.text("phase"));
  }
  if (config.compression && config.compression->choice.name != "none") {
    return fmt::format("compression.name = \"{}\" encodes what all workers send; allowed: \"none\"",
                       config.compression->choice.name);
  }
  if (!config.outer->levels.empty()) {
    return "outer.period is a list; a round is one period of all workers: write a number";
  }
  if (algorithms::visits_sequentially(outer)) {
    return "outer.order = \"round-robin\" takes no mean; allowed: \"simultaneous\"";
  }
  return "";
}

void read_weights(TableReader& table, const Config& config, ParticipationConfig& participation) {
  const toml::node* node = table.node("weights");
  if (node == nullptr) {
    return;
  }
  if (!node->is_array()) {
    const bool solve = config.purpose == Purpose::kSolve;
    if (solve && node->value<std::string>() == "examples") {
      table.fail("weights",
                 "participation.weights = \"examples\" is for `murmur train`: a problem of `murmur "
                 "solve` has no examples; write \"equal\" or a list of numbers");
    }
    participation.weights = table.text("weights", participation.weights, {"equal", "examples"});
    return;
  }
  participation.numbers = table.numbers("weights", kPositive);
  if (participation.numbers.size() != static_cast<std::size_t>(config.workers)) {
    table.fail("weights",
               fmt::format("participation.weights has {} numbers for {} workers; allowed: "
                           "\"equal\", \"examples\", or one positive number per worker",
                           participation.numbers.size(),
                           config.workers));
  }
}

}  // namespace

ParticipationConfig read_participation(const Document& document, const Config& config) {
  TableReader table(document, "participation");
  ParticipationConfig participation;
  if (!table.present()) {
    return participation;
  }
  table.expect({"share", "weights"});
  table.finish();
  participation.share = table.number("share", participation.share, kShare);
  read_weights(table, config, participation);
  if (const std::string why = missing(config); !why.empty()) {
    const char* const key = table.has("share") ? "share" : "weights";
    table.fail(
        key, fmt::format("[participation] draws workers for the rounds of an outer step: {}", why));
  }
  return participation;
}

}  // namespace murmur::run
