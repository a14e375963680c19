// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/statistics.h"

#include <fmt/format.h>

#include "murmur/algorithms/carry_buffers.h"
#include "murmur/core/error.h"

namespace murmur::run {
namespace {

[[noreturn]] void refuse(const Config& config, const std::string& why) {
  throw UserError(
      fmt::format("{}: model.statistics = \"average\" is not possible with {}; write "
                  "\"local\"",
                  config.model.place,
                  why));
}

}  // namespace

template <class S>
Program<S> with_statistics(Program<S> program, const Config& config) {
  const OptionValues& options = config.model.options;
  if (!options.has("statistics") || options.text("statistics") != "average") {
    return program;
  }
  if (config.outer) {
    const OptionValues& outer = config.outer->choice.options;
    if (config.outer->choice.name == "easgd") {
      refuse(config, "outer.name = \"easgd\", which pulls models without making them equal");
    }
    if (outer.has("exact_average") && !outer.flag("exact_average")) {
      refuse(config, "outer.exact_average = false");
    }
  }
  if (const Status carried = algorithms::carry_buffers(program); !carried) {
    refuse(config,
           fmt::format("algorithm.name = \"{}\": {}",
                       config.algorithm.choice.name,
                       carried.failure().message));
  }
  return program;
}

template Program<float> with_statistics(Program<float>, const Config&);
template Program<double> with_statistics(Program<double>, const Config&);

}  // namespace murmur::run
