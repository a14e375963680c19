// SPDX-License-Identifier: Apache-2.0
// Score of a model on a part of the evaluation data: named sums, each with the number of its terms.
// Metrics follow from their means (run/records/metric_table.h).
//
//   loss            of the examples; without examples, one term: the loss itself
//   correct         correctly classified examples, of all
//   squared_error   of every target of every example
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <vector>

#include "murmur/core/check.h"

namespace murmur::problems {

inline constexpr std::string_view kLoss = "loss";
inline constexpr std::string_view kCorrect = "correct";
inline constexpr std::string_view kSquaredError = "squared_error";

struct NamedSum {
  std::string_view name;  // of static storage
  double sum = 0;
  std::int64_t count = 0;

  double mean() const { return sum / static_cast<double>(count); }
};

struct Score {
  std::vector<NamedSum> sums = {};  // each name once

  const NamedSum* find(std::string_view name) const {  // null: there is none
    const auto found =
        std::find_if(sums.begin(), sums.end(), [&](const NamedSum& s) { return s.name == name; });
    return found == sums.end() ? nullptr : &*found;
  }
  // REQUIRES: there is a sum of that name.
  const NamedSum& of(std::string_view name) const {
    const NamedSum* found = find(name);
    MURMUR_CHECK(found != nullptr, "no sum '{}'", name);
    return *found;
  }

  // Adds sums of the same name; a name that only `other` has is appended.
  Score& operator+=(const Score& other) {
    for (const NamedSum& more : other.sums) {
      if (const NamedSum* own = find(more.name)) {
        auto& sum = sums[static_cast<std::size_t>(own - sums.data())];
        sum.sum += more.sum;
        sum.count += more.count;
      } else {
        sums.push_back(more);
      }
    }
    return *this;
  }
};

}  // namespace murmur::problems
