// SPDX-License-Identifier: Apache-2.0
// Warnings about factors of tensors and about the workers that take part in a round.
#include <algorithm>

#include <fmt/format.h>

#include "murmur/run/warnings/parts.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {

void look_at_factors(const WarningSubject& subject, Found& found) {
  const AlgorithmConfig& algorithm = subject.config.algorithm;
  if (algorithm.weight_decay > 0) {
    return;
  }
  if (algorithm.decay == "matrices") {
    found.add_unused("algorithm.decay",
                     "algorithm.decay = \"matrices\" has no effect at algorithm.weight_decay = 0. "
                     "Set a weight decay, or leave it out");
  }
  const auto scaled = std::find_if(algorithm.groups.begin(),
                                   algorithm.groups.end(),
                                   [](const GroupConfig& group) { return group.decay != 1; });
  if (scaled != algorithm.groups.end()) {
    found.add(
        fmt::format("algorithm.group, match = \"{}\": decay = {} has no effect at "
                    "algorithm.weight_decay = 0. Set a weight decay, or leave it out",
                    scaled->match,
                    scaled->decay));
  }
}

void look_at_participation(const WarningSubject& subject, Found& found) {
  const Config& config = subject.config;
  const auto participation = make_participation(config, subject.extent.steps_per_epoch);
  if (participation != nullptr && config.participation.share < 1 && !participation->is_partial()) {
    found.add(fmt::format(
        "participation.share = {}: of {} workers all are drawn for every round. Take a smaller one",
        config.participation.share,
        config.workers));
  }
}

}  // namespace murmur::run
