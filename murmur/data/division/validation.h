// SPDX-License-Identifier: Apache-2.0
// Training examples that are set aside before the partition: a share of them, drawn by the seed.
// Models are scored on them while choices are made, so that the test set stays unseen.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace murmur::data {

// At most one of the two.
struct ValidationSettings {
  double share = 0;                     // of the training examples, in (0, 1); 0: none is drawn
  std::vector<std::string> names = {};  // of parts of the dataset that have files of their own

  bool wanted() const { return share > 0 || !names.empty(); }
  bool operator==(const ValidationSettings&) const = default;
};

// The nearest integer to share * count.
std::int64_t validation_count(std::int64_t count, double share);

// Indices of the training examples, both ascending.
struct Split {
  std::vector<std::int32_t> training;
  std::vector<std::int32_t> validation;
};

// A function of the arguments.
Split split_off(std::int64_t count, double share, std::uint64_t seed);

}  // namespace murmur::data
