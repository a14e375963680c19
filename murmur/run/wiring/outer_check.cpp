// SPDX-License-Identifier: Apache-2.0
// Refuses outer steps that a base cannot have, and warns about questionable ones.
#include <fmt/format.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/core/error.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

// Limit of rho (n + 1) below which the workers' mean and the center converge: a step multiplies
// their distance by 1 - rho (n + 1).
constexpr double kElasticLimit = 2;

// The requirement of a sequential visit of all workers that is not met, or empty.
std::string missing_for_sequential(const Config& config, bool one_model, bool starts_differ) {
  const OptionValues& options = config.outer->choice.options;
  if (!options.flag("exact_average")) {
    return "outer.exact_average = false gives every worker a center of its own";
  }
  if (one_model) {
    return fmt::format("'{}' keeps one model for all workers", config.algorithm.choice.name);
  }
  const bool late = config.outer->start_epoch.value_or(0) > 0 || options.integer("start_step") > 0;
  if (late ? options.text("before") != "every-step" : starts_differ) {
    return "the workers' models differ where the outer steps begin, so there is no one center";
  }
  return "";
}

bool has_level_of_all(const Config& config) {
  return config.outer->levels.empty() || config.outer->levels.back().group >= config.workers;
}

std::string doubt(const Config& config, bool mixes) {
  const Choice& outer = config.outer->choice;
  if (!mixes && !outer.options.flag("exact_average")) {
    return fmt::format(
        "the workers never meet: '{}' talks to nobody, and exact_average = false "
        "leaves every worker to itself. Take outer.exact_average = true",
        config.algorithm.choice.name);
  }
  if (!mixes && !has_level_of_all(config)) {
    return fmt::format(
        "workers of different groups never meet: the largest period has groups of "
        "{} of {} workers. Add a level of all workers",
        config.outer->levels.back().group,
        config.workers);
  }
  const double workers = static_cast<double>(config.workers);
  if (outer.name == "easgd" && outer.options.text("order") == "simultaneous" &&
      outer.options.flag("exact_average") &&
      outer.options.number("rho") * (workers + 1) >= kElasticLimit) {
    return fmt::format(
        "rho = {} is too strong for {} workers at once: from {:.6g} on the center "
        "overshoots ever more. Take a smaller outer.rho",
        outer.options.number("rho"),
        config.workers,
        kElasticLimit / (workers + 1));
  }
  return "";
}

}  // namespace

template <class S>
void require_usable_outer(const Config& config, const Program<S>& base, bool starts_differ) {
  if (!base.takes_outer_step()) {
    throw UserError(fmt::format(
        "{}: outer.name = \"{}\" does not go with '{}': its memories refer to models "
        "that an outer step would replace. Take another algorithm, or leave [outer] out",
        config.outer->choice.place,
        config.outer->choice.name,
        config.algorithm.choice.name));
  }
  if (config.compression && config.compression->choice.name != "none" && !base.takes_codec() &&
      starts_differ) {
    throw UserError(
        fmt::format("{}: compression.name = \"{}\" encodes differences to an anchor that all have, "
                    "but the workers' models differ at the start; give one row for all workers",
                    config.compression->choice.place,
                    config.compression->choice.name));
  }
  if (!algorithms::visits_sequentially(config.outer->choice.options)) {
    return;
  }
  const std::string missing = missing_for_sequential(config, base.keeps_one_model(), starts_differ);
  if (!missing.empty()) {
    throw UserError(
        fmt::format("{}: outer.order = \"round-robin\" needs one center that worker "
                    "after worker visits: {}",
                    config.outer->choice.place,
                    missing));
  }
}

template <class S>
void warn_of_outer(const Config& config, const Program<S>& program, const Warn& warn) {
  const std::string found = config.outer && warn ? doubt(config, program.mixes()) : "";
  if (!found.empty()) {
    warn(fmt::format("outer.name = \"{}\": {}", config.outer->choice.name, found));
  }
}

template void require_usable_outer<float>(const Config&, const Program<float>&, bool);
template void require_usable_outer<double>(const Config&, const Program<double>&, bool);
template void warn_of_outer<float>(const Config&, const Program<float>&, const Warn&);
template void warn_of_outer<double>(const Config&, const Program<double>&, const Warn&);

}  // namespace murmur::run
