// SPDX-License-Identifier: Apache-2.0
// The libraries that compute networks: the torch version, and the library for matrix products. The
// choice affects the last bits of a result, so it is a rule based on the processor, never a
// measurement, and it is recorded in the run folder.
#pragma once

#include <string>

#include "murmur/core/error.h"

namespace murmur::learning {

// "2.15.0", or "none" in a build without torch. It is the version of the build; torch is loaded
// only when a network needs it.
std::string torch_version();

// Loads torch. kMissing: the library cannot be loaded.
Status load_torch();

// The library for matrix products in single precision and its version, such as "onednn 2.6.3" or
// "torch 2.15.0". `wish`: "auto", "onednn" or "torch". Double precision always uses torch.
// kInvalid: `wish` is another word, or names a library that is not available.
Result<std::string> matmul_library(const std::string& wish);

}  // namespace murmur::learning
