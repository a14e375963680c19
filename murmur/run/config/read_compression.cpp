// SPDX-License-Identifier: Apache-2.0
// Reads the table [compression].
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/core/check.h"
#include "murmur/run/config/tables.h"
#include "murmur/run/text/names.h"

namespace murmur::run {
namespace {

using Takes = bool (*)(const Program<double>& program);

bool any_codec(const Program<double>& program) {
  return program.takes_codec();
}
bool factors(const Program<double>& program) {
  return program.takes_factors();
}

// The algorithms of which that is so.
std::vector<std::string> takers(Takes takes) {
  std::vector<std::string> names;
  for (const algorithms::Algorithm& algorithm : algorithms::algorithms()) {
    if (takes(algorithm.program<double>(OptionValues(algorithm.options)))) {
      names.push_back(algorithm.name);
    }
  }
  return names;
}

// Bases of compressed local SGD: without messages of their own.
constexpr std::array kLocalBases{"sgd", "adam", "adamw", "qhm", "qhadam"};

bool is_local(const std::string& algorithm) {
  return std::find(kLocalBases.begin(), kLocalBases.end(), algorithm) != kLocalBases.end();
}

// What keeps an outer average from being encoded, or empty.
std::string missing_for_outer(const OuterConfig& outer) {
  const OptionValues& options = outer.choice.options;
  if (!options.flag("exact_average")) {
    return "outer.exact_average = false sends nothing; allowed: true";
  }
  if (!outer.levels.empty()) {
    return "outer.period is a list; encoded averages are of all workers: write a number";
  }
  const bool late = outer.start_epoch.value_or(0) > 0 || options.integer("start_step") > 0;
  if (late && options.text("before") != "every-step") {
    return "the workers' models differ where the outer steps begin, so there is no anchor that "
           "all have: take outer.before = \"every-step\", or no start";
  }
  return "";
}

void require_taker(TableReader& table, const Choice& codec, const Config& config) {
  const Choice& algorithm = config.algorithm.choice;
  const auto* found = algorithms::find_algorithm(algorithm.name);
  MURMUR_CHECK(found != nullptr, "algorithm '{}'", algorithm.name);
  const Program<double> program = found->program<double>(algorithm.options);
  const bool encodes_outer = is_local(algorithm.name) && config.outer.has_value() &&
                             config.outer->choice.name == "average";
  if (codec.name != "none" && !program.takes_codec() && !encodes_outer) {
    table.fail("name",
               fmt::format("compression.name = \"{}\": '{}' sends nothing that may be encoded; "
                           "\"none\" goes with every algorithm, the others with {}, and with "
                           "outer.name = \"average\" on {}",
                           codec.name,
                           algorithm.name,
                           join_names(takers(any_codec)),
                           fmt::join(kLocalBases, ", ")));
  }
  if (codec.name != "none" && codec.name != "low-rank" && !program.takes_codec()) {
    if (const std::string why = missing_for_outer(*config.outer); !why.empty()) {
      table.fail("name", fmt::format("compression.name = \"{}\": {}", codec.name, why));
    }
  }
  if (codec.name == "low-rank" && !program.takes_factors()) {
    table.fail("name",
               fmt::format("compression.name = \"low-rank\" goes with {} alone, not with '{}'",
                           join_names(takers(factors)),
                           algorithm.name));
  }
}

}  // namespace

std::optional<CompressionConfig> read_compression(const Document& document, const Config& config) {
  TableReader table(document, "compression");
  if (!table.present()) {
    return std::nullopt;
  }
  CompressionConfig compression;
  table.expect({"min_size", "start_step"});
  compression.choice = read_choice(table, kind_of("compression"));
  compression.min_size = table.integer("min_size", 0, kIndex);
  compression.start_step = table.integer("start_step", 0, kIndex);
  require_taker(table, compression.choice, config);
  const OptionValues& options = compression.choice.options;
  if (options.has("scale") && options.text("scale") == "deviation" && options.number("clip") == 0) {
    table.fail("clip",
               "compression.clip = 0 leaves no deviations for compression.scale = \"deviation\"; "
               "take a positive clip, or scale = \"max\"");
  }
  return compression;
}

void settle_form(const Document& document, Config& config) {
  OptionValues& options = config.algorithm.choice.options;
  TableReader table(document, "algorithm");
  if (options.has("relay") && options.text("relay") == "updates" && table.has("normalization")) {
    table.fail(
        "normalization",
        "algorithm.normalization is of relayed models: with relay = \"updates\" what was not "
        "heard of counts as nothing. Leave it out, or take relay = \"models\"");
  }
  if (!options.has("form")) {
    return;
  }
  const bool low_rank = config.compression && config.compression->choice.name == "low-rank";
  if (low_rank && !table.has("form")) {
    options.set("form", std::string("powersgd"));
  }
  if (options.text("form") == "powersgd" && options.flag("nesterov")) {
    table.fail("nesterov",
               "algorithm.nesterov = true does not go with form = \"powersgd\", which adds the "
               "momentum to the step in its own way; take form = \"hook\", or leave it out");
  }
}

}  // namespace murmur::run
