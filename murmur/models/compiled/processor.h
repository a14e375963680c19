// SPDX-License-Identifier: Apache-2.0
// What code that was compiled for one processor is compared with.
#pragma once

#include <string>

namespace murmur::models {

// Vendor, family, model and vector instructions of this machine's first processor, as the kernel
// lists them: "AuthenticAMD 25 1 AMD EPYC avx avx2 bmi1 ...". Empty where it lists none.
std::string processor();

}  // namespace murmur::models
