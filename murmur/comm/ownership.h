// SPDX-License-Identifier: Apache-2.0
// Which process owns which workers: contiguous ranges in ascending order.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "murmur/core/check.h"

namespace murmur::comm {

struct WorkerRange {
  int begin = 0;
  int end = 0;
  int size() const { return end - begin; }
  bool contains(int worker) const { return worker >= begin && worker < end; }
};

// "worker 3", "workers 4 to 7"
inline std::string words_of(WorkerRange range) {
  return range.size() == 1
             ? "worker " + std::to_string(range.begin)
             : "workers " + std::to_string(range.begin) + " to " + std::to_string(range.end - 1);
}

class Ownership {
 public:
  // sizes[p]: number of workers that process p owns. REQUIRES: all are at least 1.
  explicit Ownership(const std::vector<int>& sizes) {
    for (const int size : sizes) {
      MURMUR_CHECK(size > 0, "a process owns {} workers", size);
      firsts_.push_back(firsts_.back() + size);
    }
  }
  // Ranges of sizes that differ by at most one, larger ones first.
  // REQUIRES: 1 <= processes <= workers.
  static Ownership even(int workers, int processes) {
    std::vector<int> sizes;
    for (int p = 0; p < processes; ++p) {
      sizes.push_back(workers / processes + (p < workers % processes ? 1 : 0));
    }
    return Ownership(sizes);
  }

  int processes() const { return static_cast<int>(firsts_.size()) - 1; }
  int workers() const { return firsts_.back(); }
  WorkerRange of(int process) const {
    const auto p = static_cast<std::size_t>(process);
    return {firsts_[p], firsts_[p + 1]};
  }
  int owner(int worker) const {
    int process = 0;
    while (!of(process).contains(worker)) {
      ++process;
    }
    return process;
  }

 private:
  std::vector<int> firsts_{0};
};

}  // namespace murmur::comm
