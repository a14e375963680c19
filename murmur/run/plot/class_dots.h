// SPDX-License-Identifier: Apache-2.0
// Who has which examples: a dot for every worker and class whose area is the number of examples, as
// in figure 1 of "Quasi-Global Momentum" (Lin et al., ICML 2021).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace murmur::run {

struct ClassCounts {
  std::vector<std::string> classes = {};               // names
  std::vector<std::vector<std::int64_t>> counts = {};  // [worker][class]

  bool operator==(const ClassCounts&) const = default;
};

// The first 64 workers and classes at most: beyond that a picture of dots says nothing.
inline constexpr std::size_t kMostDots = 64;

std::string draw_classes(const std::string& id, const std::string& title, const ClassCounts& data);

// How unequal the shares are, as means over workers.
struct Heterogeneity {
  double largest_share = 0;      // of the most frequent class of a worker
  double classes = 0;            // classes that make up 1 % or more of a worker's examples
  double effective_classes = 0;  // 1 / sum of squared shares
};
Heterogeneity heterogeneity(const ClassCounts& data);

}  // namespace murmur::run
