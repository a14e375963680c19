// SPDX-License-Identifier: Apache-2.0
// Reads the table [gradient], and factors of tensors.
#include <fmt/format.h>

#include "murmur/run/config/tables.h"

namespace murmur::run {

std::vector<GroupConfig> read_groups(TableReader& algorithm) {
  std::vector<GroupConfig> groups;
  algorithm.each("group", [&](TableReader& table) {
    GroupConfig group;
    group.place = table.place();
    table.expect({"match", "rate", "decay"});
    table.finish();
    group.match = table.required_text("match", {});
    group.rate = table.number("rate", group.rate, kNonNegative);
    group.decay = table.number("decay", group.decay, kNonNegative);
    if (group.match.empty()) {
      table.fail("match", "algorithm.group.match is a glob on names of tensors, as in \"*.bias\"");
    }
    groups.push_back(std::move(group));
  });
  return groups;
}

GradientConfig read_gradient(const Document& document) {
  TableReader table(document, "gradient");
  GradientConfig gradient;
  gradient.accumulate = table.integer("accumulate", gradient.accumulate, kCount);
  gradient.sharpness = table.number("sharpness", gradient.sharpness, kNonNegative);
  gradient.clip_norm = table.number("clip_norm", gradient.clip_norm, kNonNegative);
  table.finish();
  return gradient;
}

}  // namespace murmur::run
