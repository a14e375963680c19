// SPDX-License-Identifier: Apache-2.0
// The distribution of classes over workers: one dot per worker and class whose area is proportional
// to the number of examples, as in figure 1 of "Quasi-Global Momentum" (Lin et al., ICML 2021).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace murmur::run {

// At most the first 64 workers and classes are drawn: more dots would not be legible.
inline constexpr std::size_t kMostDots = 64;

// counts[worker][class]: number of examples. `classes`: names of the classes.
std::string draw_classes(const std::string& id,
                         const std::string& title,
                         const std::vector<std::string>& classes,
                         const std::vector<std::vector<std::int64_t>>& counts);

}  // namespace murmur::run
