// SPDX-License-Identifier: Apache-2.0
// The system's oneDNN, isolated from the copy of oneDNN inside libtorch. In a common symbol
// namespace, the two call each other's initializers (std::call_once over kernels of the same name),
// and the copy that is found second returns "unimplemented". It is therefore loaded with dlopen and
// resolves its own symbols first (RTLD_DEEPBIND).
#pragma once

#include <string>

#include <dnnl.h>

#include "murmur/core/error.h"

namespace murmur::learning {

// Row-major C = alpha op(A) op(B) + beta C; see dnnl_sgemm in dnnl.h.
using OnednnSgemm = decltype(&dnnl_sgemm);

// Loaded at the first call; later calls return the same function. Thread-safe. The function uses as
// many threads as its OpenMP runtime permits the calling thread.
Result<OnednnSgemm> onednn_sgemm();

// Of that OpenMP runtime, which may differ from torch's: how many threads it starts for the calling
// thread; 1 where oneDNN has no such runtime, or cannot be loaded.
int onednn_threads();
void set_onednn_threads(int threads);

// "2.6.3", or "none" if oneDNN cannot be loaded.
std::string onednn_version();

}  // namespace murmur::learning
