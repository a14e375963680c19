// SPDX-License-Identifier: Apache-2.0
// A kernel as a program has it: a function over a block of coordinates, and the fields that it is
// bound to.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "murmur/core/field.h"
#include "murmur/core/stage.h"

namespace murmur {

// Applies a kernel to `count` coordinates. fields[k] points at the first of them in the row that is
// bound to the kernel's k-th field; gradient likewise, raw, or null. Rows do not overlap.
template <class S>
using Kernel = void (*)(S* const* fields,
                        const S* gradient,
                        std::size_t count,
                        const Round<S>& round,
                        const void* options);

// The sum of a reducing kernel's values, in double, in an order that `count` alone fixes.
template <class S>
using Reducer = double (*)(S* const* fields,
                           const S* gradient,
                           std::size_t count,
                           const Round<S>& round,
                           const void* options);

// A kernel with the program's fields that it is bound to.
template <class S>
struct BoundKernel {
  Kernel<S> apply = nullptr;
  std::vector<std::size_t> binds = {};  // the kernel's fields, as the program numbers them
  FieldSet reads = 0;
  FieldSet writes = 0;
  std::shared_ptr<const void> options = {};

  FieldSet touched() const { return reads | writes; }
};

}  // namespace murmur
