// SPDX-License-Identifier: Apache-2.0
// The entries of the registry, one per source file; registry.cpp defines their order.
#pragma once

#include "murmur/codecs/registration.h"

namespace murmur::codecs {

Registration none();
Registration top_k();
Registration rand_k();
Registration qsgd();
Registration sign();
Registration ternary();
Registration low_rank();

}  // namespace murmur::codecs
