// SPDX-License-Identifier: Apache-2.0
// How many messages an engine may have under way at a time, and the tags for them.
#pragma once

#include "murmur/core/error.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/exchange/tags.h"

namespace murmur::engine {

// kInvalid: as check_limits() says.
template <class S>
Result<Tags> tags_of(const EngineParts<S>& parts);

}  // namespace murmur::engine
