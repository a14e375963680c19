// SPDX-License-Identifier: Apache-2.0
// Warnings about [compression]: settings that have no effect.
#include <fmt/format.h>

#include "murmur/run/warnings/parts.h"

namespace murmur::run {

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
  if (scaled && subject.program.keeps_decoded) {
    found.add(
        fmt::format("compression.scaled = true has no effect: what '{}' keeps needs a contraction, "
                    "so the entries are taken as they are. Leave it out",
                    subject.config.algorithm.choice.name));
  }
}

}  // namespace murmur::run
