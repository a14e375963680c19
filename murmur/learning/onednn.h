// SPDX-License-Identifier: Apache-2.0
// The system's oneDNN, kept apart from the oneDNN inside libtorch. Linked into one namespace of
// symbols the two call into each other's initialisers (std::call_once over kernels of the same
// name), and the one that is found second answers "unimplemented". So it is loaded by hand and
// looks into itself first.
#pragma once

#include <string>

#include <dnnl.h>

#include "murmur/core/error.h"

namespace murmur::learning {

// Row-major C = alpha op(A) op(B) + beta C; see dnnl_sgemm in dnnl.h.
using OnednnSgemm = decltype(&dnnl_sgemm);

// Loaded at the first call, then the same function for the rest of the process. Any thread may ask.
// It computes with as many threads as the OpenMP runtime below it allows the caller's.
Result<OnednnSgemm> onednn_sgemm();

// omp_set_num_threads of that runtime, which may be another one than torch's. Null: it has none, or
// oneDNN cannot be loaded.
void (*onednn_set_threads())(int);

// "2.6.3", or "none" where it cannot be loaded.
std::string onednn_version();

}  // namespace murmur::learning
