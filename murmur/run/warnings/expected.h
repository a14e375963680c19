// SPDX-License-Identifier: Apache-2.0
// The warnings of a training run without setting it up: for `plan` and `compare`, which neither
// distribute examples to workers nor allocate rows.
#pragma once

#include <cstddef>
#include <vector>

#include "murmur/core/layout.h"
#include "murmur/run/config/config.h"
#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/data_shape.h"
#include "murmur/run/wiring/resources.h"

namespace murmur::run {

// Of the model. Throws UserError as make_network() does.
Layout layout_of(const Config& config, const DataShape& shape, std::size_t scalar_bytes);

// All but the messages. Throws UserError as make_network() and steps_per_epoch() do.
RunExtent extent_of(const Config& config, const DataShape& shape);

// The warnings that `train` will give. Throws UserError for what `train` would refuse.
std::vector<Warning> expected_warnings(const Config& config, Resources& resources);

}  // namespace murmur::run
