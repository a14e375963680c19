// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/wiring/statistics.h"

#include <fmt/format.h>

#include "murmur/core/error.h"

namespace murmur::run {

template <class S>
Program<S> with_statistics(Program<S> program, const Config& config) {
  const OptionValues& options = config.model.options;
  if (options.has("statistics") && options.text("statistics") == "average") {
    throw UserError(
        fmt::format("{}: model.statistics = \"average\" is not possible with '{}' in "
                    "this version; write \"local\"",
                    config.model.place,
                    config.algorithm.choice.name));
  }
  return program;
}

template Program<float> with_statistics(Program<float>, const Config&);
template Program<double> with_statistics(Program<double>, const Config&);

}  // namespace murmur::run
