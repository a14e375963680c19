// SPDX-License-Identifier: Apache-2.0
// Reads the table [compression].
#include <fmt/format.h>

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

void require_taker(TableReader& table, const Choice& codec, const Choice& algorithm) {
  const auto* found = algorithms::find_algorithm(algorithm.name);
  MURMUR_CHECK(found != nullptr, "algorithm '{}'", algorithm.name);
  const Program<double> program = found->program<double>(algorithm.options);
  if (codec.name != "none" && !program.takes_codec()) {
    table.fail("name",
               fmt::format("compression.name = \"{}\": '{}' sends nothing that may be encoded; "
                           "\"none\" goes with every algorithm, the others with {}",
                           codec.name,
                           algorithm.name,
                           join_names(takers(any_codec))));
  }
  if (codec.name == "low-rank" && !program.takes_factors()) {
    table.fail("name",
               fmt::format("compression.name = \"low-rank\" goes with {} alone, not with '{}'",
                           join_names(takers(factors)),
                           algorithm.name));
  }
}

}  // namespace

std::optional<CompressionConfig> read_compression(const Document& document,
                                                  const AlgorithmConfig& algorithm) {
  TableReader table(document, "compression");
  if (!table.present()) {
    return std::nullopt;
  }
  CompressionConfig compression;
  table.expect({"min_size", "start_step"});
  compression.choice = read_choice(table, kind_of("compression"));
  compression.min_size = table.integer("min_size", 0, kIndex);
  compression.start_step = table.integer("start_step", 0, kIndex);
  require_taker(table, compression.choice, algorithm.choice);
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
