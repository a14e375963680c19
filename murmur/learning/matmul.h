// SPDX-License-Identifier: Apache-2.0
// Matrix products C = op(A) op(B) of dense row-major matrices without gaps, on one thread. Bits
// depend on the product, the library and the class of processor alone, never on the thread.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/core/error.h"

namespace murmur::learning {

// C has rows x columns; op(A) rows x inner, op(B) inner x columns; a transposed operand lies in
// memory as the transpose of what enters the product.
struct Product {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t inner = 0;
  bool transpose_a = false;
  bool transpose_b = false;
};

template <class S>
using Matmul = void (*)(const Product& product, const S* a, const S* b, S* c);

// By the system's oneDNN. kMissing: this build does not know it, or it cannot be loaded.
Result<Matmul<float>> onednn_matmul();
std::string onednn_version();  // "2.6.3", or "none"

// The one that a wish of "auto", "onednn" or "torch" (torch.h) means (libraries.h). kMissing: torch
// cannot be loaded.
template <class S>
Result<Matmul<S>> find_matmul(const std::string& wish);

// The calling thread computes alone from now on: neither torch nor the OpenMP runtimes below it and
// below oneDNN start threads for it. Cheap when repeated.
void compute_alone();
void compute_alone_in_onednn();

}  // namespace murmur::learning
