// SPDX-License-Identifier: Apache-2.0
// What of a network torch computes. Everything of torch is behind these functions: the program has
// them from on_demand.cpp, which loads torch first, tests and benchmarks from torch/.
#pragma once

#include <cstddef>
#include <memory>

#include "murmur/core/layout.h"
#include "murmur/learning/body.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/matmul.h"
#include "murmur/models/network.h"

namespace murmur::learning {

// REQUIRES of the next two: load_torch() (libraries.h) has succeeded. S: float or double.

// Products by the library that torch was built with.
template <class S>
Matmul<S> torch_matmul();

// The first `layers` of a network: one or more.
template <class S>
std::unique_ptr<Body<S>> make_torch_body(const models::Network& network,
                                         const Layout& layout,
                                         std::size_t layers);

// Torch starts no threads for the calling one from now on. Nothing where torch is not loaded. Cheap
// when repeated.
void compute_alone_in_torch();

}  // namespace murmur::learning
