// SPDX-License-Identifier: Apache-2.0
// Texts that all processes tell each other, where none of them computes.
#pragma once

#include <string>
#include <vector>

#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::comm {

// Texts have tags below this one; other messages of their world have others.
inline constexpr Tag kTagsOfTexts = 2048;

// Collective: every process gives a text, every process gets those of all, in order. Ordered among
// themselves, and apart from everything an engine sends. kPeer.
Result<std::vector<std::string>> exchange_texts(Transport& transport, const std::string& mine);

}  // namespace murmur::comm
