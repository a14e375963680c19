// SPDX-License-Identifier: Apache-2.0
// Warnings about [compression]: settings that have no effect, and steps that are too long for what
// neighbors know.
#include <fmt/format.h>

#include "murmur/run/warnings/parts.h"
#include "murmur/topology/analysis.h"
#include "murmur/topology/pauses.h"

namespace murmur::run {

// What neighbors know of a coordinate is as old as the draws that missed it. Along an eigenvector
// of W with eigenvalue 1 - a, between two draws x moves by -gamma a xh in every step, with xh = x
// at the last draw, which lies K steps back with P(K = k) = r (1 - r)^(k - 1):
//
//   E (1 - K gamma a)^2 < 1   if and only if   gamma a < 2 r / (2 - r)
void look_at_drawn_coordinates(const WarningSubject& subject, Found& found) {
  constexpr int kMostWorkers = 512;
  const OptionValues& algorithm = subject.config.algorithm.choice.options;
  const topology::Topology& mixes = topology::of_mixes(subject.graph);
  if (subject.config.compression->choice.name != "rand-k" || !algorithm.has("gossip_step") ||
      mixes.workers() < 2 || mixes.workers() > kMostWorkers) {
    return;
  }
  const double ratio = subject.config.compression->choice.options.number("ratio");
  const double step = algorithm.number("gossip_step");
  const auto least = topology::smallest_eigenvalue(mixes);
  const double most = least ? 2 * ratio / ((2 - ratio) * (1 - *least)) : step;
  if (step <= most) {
    return;
  }
  found.add(fmt::format(
      "algorithm.gossip_step = {}: with rand-k of ratio {} the public copies are so old that "
      "mixing drives the workers apart. On this graph it must be below {:.2g}; take half of that "
      "(published with random coordinates: 0.01 at a ratio of 0.01), or \"top-k\"",
      step,
      ratio,
      most));
}

void look_at_compression(const WarningSubject& subject, Found& found) {
  if (!subject.config.compression) {
    return;
  }
  const CompressionConfig& compression = *subject.config.compression;
  const std::string& name = compression.choice.name;
  if (name == "none") {
    for (const char* key : {"compression.min_size", "compression.start_step"}) {
      if (is_written(subject.config, key)) {
        found.add_unused(
            key,
            fmt::format("{} has no effect: with compression.name = \"none\" everything "
                        "is sent whole. Take a codec, or leave it out",
                        key));
      }
    }
    return;
  }
  if (compression.start_step >= subject.extent.steps && compression.start_step > 0) {
    found.add(
        fmt::format("compression.start_step = {}: the run has {}, so nothing is encoded. Let it "
                    "come earlier, or lengthen the run",
                    compression.start_step,
                    steps_text(subject.extent.steps)));
  }
  look_at_drawn_coordinates(subject, found);
  const OptionValues& options = compression.choice.options;
  const bool scaled = options.has("scaled") && options.flag("scaled");
  const bool biased = name == "top-k" || name == "sign" || (name == "rand-k" && !scaled);
  if (biased && !subject.program.keeps_decoded) {
    found.add(
        fmt::format("compression.name = \"{}\" is biased, and '{}' forgets what was not sent. Take "
                    "algorithm.name = \"ef-sgd\", which keeps it for the next step",
                    name,
                    subject.config.algorithm.choice.name));
  }
  if (scaled && subject.program.contracts) {
    found.add(
        fmt::format("compression.scaled = true has no effect: what '{}' keeps needs a contraction, "
                    "so the entries are taken as they are. Leave it out",
                    subject.config.algorithm.choice.name));
  }
}

}  // namespace murmur::run
