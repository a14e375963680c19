// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/settings/tensor_factors.h"

#include <iterator>

#include "murmur/core/check.h"

namespace murmur::engine {

FactorRanges::FactorRanges(const Layout& layout, const std::vector<TensorFactors>& by_tensor) {
  const auto tensors = layout.tensors();
  MURMUR_CHECK(by_tensor.empty() || by_tensor.size() == tensors.size(),
               "factors of {} tensors, the model has {}",
               by_tensor.size(),
               tensors.size());
  for (std::size_t t = 0; t < by_tensor.size(); ++t) {
    const auto found = std::find(groups_.begin(), groups_.end(), by_tensor[t]);
    const auto group = static_cast<std::size_t>(std::distance(groups_.begin(), found));
    if (found == groups_.end()) {
      groups_.push_back(by_tensor[t]);
    }
    const std::size_t end = t + 1 < tensors.size() ? tensors[t + 1].offset : layout.row_size();
    if (!parts_.empty() && parts_.back().group == group) {
      parts_.back().end = end;
    } else {
      parts_.push_back({end, group});
    }
  }
  if (parts_.empty()) {
    groups_.push_back({});
    parts_.push_back({layout.row_size(), 0});
  }
}

}  // namespace murmur::engine
