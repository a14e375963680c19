// SPDX-License-Identifier: Apache-2.0
// What networks are computed with: which torch, and which library multiplies matrices. The choice
// is part of a result's last bits, so it is a rule on the processor and never a measurement, and it
// is written into the run folder.
#pragma once

#include <string>

#include "murmur/core/error.h"

namespace murmur::learning {

// "2.15.0", or "none" in a build without torch: the one of the build, which is loaded where a
// network needs it.
std::string torch_version();

// Loads torch. kMissing: it is not where it was when murmur was built.
Status load_torch();

// The library that multiplies matrices in single precision for a wish of "auto", "onednn" or
// "torch", with its version: "onednn 2.6.3", "torch 2.15.0". Double precision is always torch's.
// kInvalid: the wish is another word, or names what this build does not have.
Result<std::string> matmul_library(const std::string& wish);

}  // namespace murmur::learning
