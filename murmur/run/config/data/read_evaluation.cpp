// SPDX-License-Identifier: Apache-2.0
// Reads [evaluation], and spans of steps.
#include <fmt/format.h>

#include "murmur/run/config/tables.h"

namespace murmur::run {
namespace {

// A count; none for "all" or a missing key.
std::optional<std::int64_t> read_how_many(TableReader& table, const std::string& key) {
  const toml::node* node = table.node(key);
  if (node == nullptr || node->value<std::string>() == "all") {
    return std::nullopt;
  }
  const Bounds bounds{1, kCount.high, false, false, "\"all\" or an integer, 1 or more"};
  return table.integer(key, 1, bounds);
}

// Examples over which statistics are taken anew; none: they are not.
std::optional<std::int64_t> read_statistics(TableReader& table) {
  constexpr std::int64_t kUsual = 2048;
  const bool anew = table.text("statistics", "mean", {"mean", "recompute"}) == "recompute";
  const auto examples = table.maybe_integer("statistics_examples", kCount);
  if (!anew && examples) {
    table.fail("statistics_examples",
               "evaluation.statistics_examples belongs to evaluation.statistics = \"recompute\"");
  }
  return anew ? std::optional(examples.value_or(kUsual)) : std::nullopt;
}

void read_bleu(TableReader& table, EvaluationConfig& evaluation) {
  evaluation.bleu_every = read_span(table, "bleu_every", kPositive);
  evaluation.bleu = table.flag("bleu", evaluation.bleu_every.has_value());
  if (evaluation.bleu_every && !evaluation.bleu) {
    table.fail("bleu", "evaluation.bleu = false does not go with evaluation.bleu_every_*");
  }
  evaluation.beam = table.integer("beam", evaluation.beam, kCount);
  evaluation.length_penalty =
      table.number("length_penalty", evaluation.length_penalty, kNonNegative);
}

}  // namespace

std::optional<Span> read_span(TableReader& table, const std::string& name, const Bounds& bounds) {
  const std::string prefix = name.empty() ? "" : name + "_";
  const auto epochs = table.maybe_number(prefix + "epochs", bounds);
  const auto steps = table.maybe_integer(prefix + "steps", bounds.low_open ? kCount : kIndex);
  if (epochs && steps) {
    table.fail(prefix + "steps",
               fmt::format("write {} or {}, not both",
                           table.path(prefix + "epochs"),
                           table.path(prefix + "steps")));
  }
  if (epochs) {
    return Span{*epochs, true};
  }
  return steps ? std::optional(Span{static_cast<double>(*steps), false}) : std::nullopt;
}

void read_evaluation(const Document& document, Config& config) {
  TableReader table(document, "evaluation");
  config.evaluation.every = read_span(table, "every", kPositive).value_or(Span{1, true});
  config.evaluation.test =
      table.text("test", "every", {"every", "end"}) == "end" ? TestSet::kEnd : TestSet::kEvery;
  config.evaluation.workers = read_how_many(table, "workers");
  config.evaluation.examples = read_how_many(table, "examples");
  config.evaluation.batch_size = table.maybe_integer("batch_size", kCount);
  config.evaluation.statistics_examples = read_statistics(table);
  read_bleu(table, config.evaluation);
  table.finish();
}

}  // namespace murmur::run
