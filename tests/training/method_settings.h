// SPDX-License-Identifier: Apache-2.0
// Settings of small.toml with [gradient], [[algorithm.group]] and [participation].
#pragma once

#include <string>
#include <vector>

#include "tests/training/small_run.h"

namespace murmur::testing {

using Settings = std::vector<std::string>;

inline Settings flags(const Settings& settings, const std::string& output) {
  Settings arguments{"--output", output};
  for (const std::string& setting : settings) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
  return arguments;
}

// Everything at once, on a base that may have it.
inline const Settings kRounds{"algorithm.name=adam",
                              "algorithm.learning_rate=0.01",
                              "algorithm.weight_decay=0.001",
                              "algorithm.decay=matrices",
                              "algorithm.group=[{match='*', rate=0.5}, {match='*bias', rate=2}]",
                              "gradient.accumulate=3",
                              "gradient.sharpness=0.05",
                              "gradient.clip_norm=1",
                              "data.drop_last=false",
                              "outer.name=average",
                              "outer.period=5",
                              "participation.share=0.5",
                              "participation.weights=examples",
                              "schedule.epochs=5"};
inline const Settings kMixing{"algorithm.weight_decay=0.001",
                              "algorithm.group=[{match='*bias', rate=0}]",
                              "gradient.accumulate=3",
                              "gradient.clip_norm=0.5"};

}  // namespace murmur::testing
