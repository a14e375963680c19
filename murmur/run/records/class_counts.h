// SPDX-License-Identifier: Apache-2.0
// The number of examples per worker and class, and how unequal the workers' shares are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/training_data.h"

namespace murmur::run {

struct ClassCounts {
  std::vector<std::string> classes = {};               // names
  std::vector<std::vector<std::int64_t>> counts = {};  // [worker][class]

  bool operator==(const ClassCounts&) const = default;
};

// How unequal the shares are, as means over workers.
struct Heterogeneity {
  double largest_share = 0;      // of a worker's most frequent class
  double classes = 0;            // with 1 % or more of a worker's examples
  double effective_classes = 0;  // 1 / sum of squared shares
};
Heterogeneity heterogeneity(const ClassCounts& data);

// partition.json, the number of examples per worker and class:
//   {"schema": 1, "classes": [NAME, ...], "counts": [[of worker 0], ...]}
// No file if the examples have no classes.
Status write_classes(const std::filesystem::path& folder, const ClassCounts& classes);
Status write_classes(const std::filesystem::path& folder, const data::TrainingData& data);

// None: there is no such file, or it cannot be read.
std::optional<ClassCounts> read_classes(const std::filesystem::path& folder);

}  // namespace murmur::run
