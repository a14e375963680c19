// SPDX-License-Identifier: Apache-2.0
// An all-gather of texts, for use while no process computes.
#pragma once

#include <string>
#include <vector>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Texts use tags below this one; all other messages use tags from this one on.
inline constexpr Tag kTagsOfTexts = 2048;

// Collective: every process contributes one text and receives the texts of all processes, in order
// of process. Calls match in the order in which they are made, and do not interfere with an
// engine's messages. kPeer: a process was lost.
Result<std::vector<std::string>> exchange_texts(Transport& transport, const std::string& mine);

}  // namespace murmur::comm
