// SPDX-License-Identifier: Apache-2.0
// Outer steps performed by hand: a base program that is run alone and modified from outside at the
// end of every round. An outer program must equal it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tests/support/oracles.h"

namespace murmur::testing {

// Adds `away` to the models and to every memory in units of the model.
void displace(Walk& walk, const Stack& away);

// Numbers of workers that a binary tree divides evenly and unevenly.
inline const std::vector<int> kWorkerCounts{1, 2, 3, 4, 5, 8};

// The outer step's options, `period` first.
NamedOptions every(std::int64_t period, NamedOptions more = {});

// Rates that change between rounds of 3, and within them.
inline const std::vector<double> kRoundRates{
    0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.2, 0.2, 0.2, 0.02, 0.02, 0.02};
inline const std::vector<double> kStepRates{
    0.1, 0.05, 0.1, 0.2, 0.05, 0.02, 0.02, 0.2, 0.1, 0.05, 0.1, 0.02};

// Every variant of every algorithm that keeps a model for each worker and takes an outer step.
std::vector<Variant> bases();

}  // namespace murmur::testing
