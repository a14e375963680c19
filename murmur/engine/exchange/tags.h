// SPDX-License-Identifier: Apache-2.0
// The tags of an engine's messages: what kind it is, of which pass of the round, and which of
// those. Small numbers, because MPI promises no more than 32767 of them, though most have millions.
#pragma once

#include <cstddef>

#include "murmur/comm/transport.h"

namespace murmur::engine {

enum class TagKind : int { kPlain, kRow, kPart, kMean };

inline constexpr comm::Tag kPasses = 64;            // of a round, and those below
inline constexpr comm::Tag kAverageModelPass = 62;  // between rounds
inline constexpr comm::Tag kGatherPass = 63;

// REQUIRES: 0 <= pass < kPasses.
constexpr comm::Tag tag_of(TagKind kind, comm::Tag pass, std::size_t index) {
  constexpr int kKinds = 4;
  return (static_cast<comm::Tag>(index) * kPasses + pass) * kKinds + static_cast<int>(kind);
}

}  // namespace murmur::engine
