// SPDX-License-Identifier: Apache-2.0
// The interface to torch, which is accessed only through these functions. The program links
// on_demand.cpp, which loads torch first; tests and benchmarks link torch/.
#pragma once

#include <memory>

#include "murmur/learning/body.h"
#include "murmur/learning/generator.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/loss.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/sequence.h"
#include "murmur/models/network.h"

namespace murmur::learning {

// REQUIRES, for the next four functions: load_torch() (libraries.h) has succeeded. S: float or
// double.

// Matrix products by the library that torch was built with.
template <class S>
Matmul<S> torch_matmul();

// The body of a network. REQUIRES: it has one.
template <class S>
std::unique_ptr<Body<S>> make_torch_body(const models::Network& network);

// A model of sequences. REQUIRES: the network has no head.
template <class S>
std::unique_ptr<Sequence<S>> make_torch_sequence(const models::Network& network,
                                                 const Objective& objective);

// Likewise, to compute next tokens with; of pairs if the task is translation.
template <class S>
std::unique_ptr<Generator<S>> make_torch_generator(const models::Network& network, data::Task task);

// Prevents torch from starting threads for the calling thread from now on. No effect if torch is
// not loaded. Cheap when repeated.
void compute_alone_in_torch();
void compute_as_before_in_torch();

}  // namespace murmur::learning
