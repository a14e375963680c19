// SPDX-License-Identifier: Apache-2.0
// Matrix products C = op(A) op(B) of dense contiguous row-major matrices, on one thread. The bits
// of a result depend only on the product, the library and the class of processor, never on the
// thread.
#pragma once

#include <cstdint>
#include <string>

#include "murmur/core/error.h"

namespace murmur::learning {

// C is rows x columns, op(A) rows x inner, op(B) inner x columns. A transposed operand is stored in
// memory as the transpose of op(operand).
struct Product {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  std::int64_t inner = 0;
  bool transpose_a = false;
  bool transpose_b = false;
};

template <class S>
using Matmul = void (*)(const Product& product, const S* a, const S* b, S* c);

// Products by the system's oneDNN. kMissing: murmur was built without it, or it cannot be loaded.
Result<Matmul<float>> onednn_matmul();
std::string onednn_version();  // "2.6.3", or "none"

// The function for a `wish` of "auto", "onednn" or "torch" (libraries.h). kInvalid as for
// matmul_library(); kMissing: torch cannot be loaded.
template <class S>
Result<Matmul<S>> find_matmul(const std::string& wish);

// Makes the calling thread compute single-threaded from now on: neither torch nor the OpenMP
// runtimes used by torch and oneDNN start threads for it. Cheap when repeated.
void compute_alone();
void compute_alone_in_onednn();
// Puts back what compute_alone() has changed for the calling thread, and for threads of the program
// that have not used torch yet.
void compute_as_before();
void compute_as_before_in_onednn();

// For a thread of a host program: within its lifetime alone, afterwards as before.
class ComputeAlone {
 public:
  ComputeAlone() { compute_alone(); }
  ComputeAlone(const ComputeAlone&) = delete;
  ComputeAlone& operator=(const ComputeAlone&) = delete;
  ~ComputeAlone() { compute_as_before(); }
};

}  // namespace murmur::learning
