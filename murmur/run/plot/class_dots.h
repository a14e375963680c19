// SPDX-License-Identifier: Apache-2.0
// Which worker has which examples: a dot for every worker and class whose area is the number of
// examples, as in figure 1 of "Quasi-Global Momentum" (Lin et al., ICML 2021).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace murmur::run {

// The first 64 workers and classes at most: beyond that a picture of dots says nothing.
inline constexpr std::size_t kMostDots = 64;

// counts[worker][class]: number of examples; `classes`: their names.
std::string draw_classes(const std::string& id,
                         const std::string& title,
                         const std::vector<std::string>& classes,
                         const std::vector<std::vector<std::int64_t>>& counts);

}  // namespace murmur::run
