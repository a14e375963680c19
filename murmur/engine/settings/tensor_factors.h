// SPDX-License-Identifier: Apache-2.0
// Factors of the learning rate and of the weight decay, by tensor of the model. A kernel runs once
// per range of equal factors, so that every formula has the rate of its own coordinate.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "murmur/core/layout.h"

namespace murmur::engine {

struct TensorFactors {
  double rate = 1;
  double decay = 1;
  bool operator==(const TensorFactors&) const = default;
};

// A row cut into ranges of equal factors. Padding belongs to the tensor before it.
class FactorRanges {
 public:
  // `by_tensor`: of the layout's tensors, in order; empty: all 1.
  FactorRanges(const Layout& layout, const std::vector<TensorFactors>& by_tensor);

  // Distinct factors, in the order of their first tensors; a group is a place in it.
  const std::vector<TensorFactors>& groups() const { return groups_; }

  // Calls visit(range, group) for the parts of a range, in ascending order.
  template <class Visit>
  void visit(CoordinateRange all, const Visit& visit) const {
    auto part = std::upper_bound(
        parts_.begin(), parts_.end(), all.begin, [](std::size_t begin, const Part& p) {
          return begin < p.end;
        });
    for (std::size_t begin = all.begin; begin < all.end; ++part) {
      const std::size_t end = std::min(all.end, part->end);
      visit(CoordinateRange{begin, end}, part->group);
      begin = end;
    }
  }

 private:
  struct Part {
    std::size_t end = 0;
    std::size_t group = 0;
  };
  std::vector<TensorFactors> groups_;
  std::vector<Part> parts_;  // ascending, of the whole row
};

}  // namespace murmur::engine
