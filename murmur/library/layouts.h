// SPDX-License-Identifier: Apache-2.0
// The parameters of a user as the layout of a row, and back.
#pragma once

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

}  // namespace murmur::library
