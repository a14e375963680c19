// SPDX-License-Identifier: Apache-2.0
// The parameters of a user as the layout of a row, and back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <murmur/task.h>

#include "murmur/core/layout.h"

namespace murmur::library {

// Throws Error for names that are empty or occur twice, for an extent below 1, and for places that
// are given and are others. `what`: "parameter" or "buffer", for messages.
Layout layout_of(const std::vector<Parameter>& parameters,
                 std::size_t scalar_bytes,
                 const std::string& what);

std::vector<Parameter> parameters_of(const Layout& layout);

// The range of a tensor with what follows it up to the next one.
CoordinateRange range_of(const Layout& layout, std::size_t tensor);

// Writes zeros behind a tensor of a row, or behind all of them.
template <class S>
void clear_padding(const Layout& layout, std::size_t tensor, S* row) {
  const TensorSlot& slot = layout.tensors()[tensor];
  std::fill(row + slot.offset + slot.size, row + range_of(layout, tensor).end, S(0));
}
template <class S>
void clear_padding(const Layout& layout, S* row) {
  for (std::size_t tensor = 0; tensor < layout.tensors().size(); ++tensor) {
    clear_padding(layout, tensor, row);
  }
}

}  // namespace murmur::library
