// SPDX-License-Identifier: Apache-2.0
// The configured model for the examples of the configured dataset.
#pragma once

#include "murmur/models/example_form.h"
#include "murmur/models/network.h"
#include "murmur/run/config/config.h"

namespace murmur::run {

// Throws UserError: the model does not accept such examples.
models::Network make_network(const Config& config, const ExampleForm& form);

}  // namespace murmur::run
