// SPDX-License-Identifier: Apache-2.0
// The options of a program as a configuration.
#pragma once

#include <optional>

#include <murmur/options.h>

#include "murmur/run/config/config.h"

namespace murmur::library {

// Throws UserError. `purpose`: none: kTrain if the options say which data or model, else kOwnTask.
// `precision`: of what computes; the options may not contradict it. None: as they say.
run::Config config_of(const Options& options,
                      std::optional<run::Purpose> purpose,
                      std::optional<run::Precision> precision);

template <class S>
constexpr run::Precision precision_of() {
  return sizeof(S) == sizeof(float) ? run::Precision::kSingle : run::Precision::kDouble;
}

}  // namespace murmur::library
