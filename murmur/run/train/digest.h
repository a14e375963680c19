// SPDX-License-Identifier: Apache-2.0
// The digest of a run: of the models of all workers, in their order.
#pragma once

#include <string>

#include "murmur/core/error.h"
#include "murmur/engine/engine.h"

namespace murmur::run {

// 16 hexadecimal digits. Collective. REQUIRES: nothing is in flight between processes.
template <class S>
Result<std::string> digest_of_models(engine::Engine<S>& engine);

}  // namespace murmur::run
