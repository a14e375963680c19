// SPDX-License-Identifier: Apache-2.0
// The tags of an engine's messages: what kind a message is, which call it belongs to (a pass of the
// round, or what is asked between rounds), and which of that call's messages it is.
//
// A library has only so many tags (MPI promises 32768, most have millions), so calls are counted as
// far as they reach, and then from the beginning. Messages of one tag arrive in the order they were
// sent: calls with the same tags are distinguished by their order. Different tags are there for
// calls that are out of step: the wait fails, and no message is taken for that of another call.
#pragma once

#include <cstddef>
#include <cstdint>

#include "murmur/comm/call_site.h"
#include "murmur/comm/transport.h"
#include "murmur/core/error.h"

namespace murmur::engine {

enum class TagKind : int { kPlain, kRow, kPart, kMean };

class Tags {
 public:
  // Of a world of one process, which sends none.
  Tags() = default;
  // At most `messages` of a kind between two processes in a call. kInvalid: there are not as many
  // tags up to `largest`.
  static Result<Tags> make(comm::Tag largest, std::size_t messages);

  // Calls: the passes of a round, and what is asked between rounds, each counted from 0.
  comm::Tag pass(std::size_t number) const { return call(number, 0); }
  comm::Tag asked(std::uint64_t number) const { return call(number, 1); }

  // REQUIRES: index < messages.
  comm::Tag of(TagKind kind, comm::Tag call, std::size_t index) const;
  // Of a plain message that belongs to a place in the program: other places have other tags, but
  // for one in 255. REQUIRES: a call between rounds.
  comm::Tag of_place(comm::Tag call, const CallSite& place) const;

 private:
  comm::Tag call(std::uint64_t number, std::uint64_t odd) const {
    return static_cast<comm::Tag>(2 * (number % (calls_ / 2)) + odd);
  }

  std::uint64_t calls_ = 2;
  std::size_t messages_ = 1;
};

}  // namespace murmur::engine
