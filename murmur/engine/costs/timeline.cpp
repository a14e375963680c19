// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/costs/timeline.h"

#include <fmt/format.h>

namespace murmur::engine {

Status Timeline::perform(const Talk& talk) {
  switch (talk.kind) {
    case Talk::Kind::kGradient:
      clock_.compute();
      return Ok{};
    case Talk::Kind::kExchange:
      return clock_.exchange(*talk.edges, talk.bytes);
    case Talk::Kind::kSend:
      clock_.send(*talk.edges, talk.bytes, talk.slot);
      return Ok{};
    case Talk::Kind::kArrive:
      return clock_.arrive(talk.slot);
    case Talk::Kind::kAverage:
      return clock_.average(talk.bytes, talk.group);
    case Talk::Kind::kPassOn:
      return clock_.pass_on(talk.bytes);
    case Talk::Kind::kMeet:
      return Ok{};  // the turns keep this time themselves
  }
  return Ok{};
}

Status Timeline::step() {
  const std::int64_t step = talks_.step();
  const auto talks = talks_.next();
  if (!talks) {
    return talks.failure().in(fmt::format("[cluster]: step {} never ends", step));
  }
  for (const Talk& talk : *talks.value()) {
    if (const Status done = perform(talk); !done) {
      return done.failure().in(fmt::format("[cluster]: step {} never ends", step));
    }
  }
  return Ok{};
}

}  // namespace murmur::engine
