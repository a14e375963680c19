// SPDX-License-Identifier: Apache-2.0
// What the processes of workers agree on before the first step. Every member is collective, and
// throws the same Error in all processes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <murmur/communicator.h>
#include <murmur/options.h>

#include "murmur/run/config/config.h"
#include "murmur/run/processes/world.h"

namespace murmur::library {

// Joins the processes.
std::unique_ptr<run::World> open_world(const Communicator& communicator);

// The options with one worker per process. Throws if a process has wrong ones or others, or another
// model. `model`: gives names and shapes of its tensors, a line each; may throw.
run::Config agreed_config(run::World& world,
                          const Options& options,
                          run::Precision precision,
                          const std::function<std::string()>& model);

// The first process's values, on all of them.
template <class S>
void share_start(run::World& world, std::vector<S>& values);

}  // namespace murmur::library
