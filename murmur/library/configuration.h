// SPDX-License-Identifier: Apache-2.0
// The options of a program as a configuration.
#pragma once

#include <cstdint>
#include <optional>

#include <murmur/options.h>

#include "murmur/run/config/config.h"
#include "murmur/run/config/schedule.h"

namespace murmur::library {

// Throws UserError. `purpose`: none: kTrain if the options say which data or model, else kOwnTask.
// `precision`: of what computes; the options may not contradict it. None: as they say.
// `workers`: where the options do not say how many.
run::Config config_of(const Options& options,
                      std::optional<run::Purpose> purpose,
                      std::optional<run::Precision> precision,
                      std::optional<std::int64_t> workers = {});

// With BasicTask::average_buffers.
run::Config with_buffers(run::Config config, bool average);

// The learning rate of a step that is given none. Throws Error if the options have none either.
double rate_of(const run::Config& config,
               const std::optional<run::Schedule>& schedule,
               std::int64_t step);

template <class S>
constexpr run::Precision precision_of() {
  return sizeof(S) == sizeof(float) ? run::Precision::kSingle : run::Precision::kDouble;
}

}  // namespace murmur::library
