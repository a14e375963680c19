// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/timeline.h"

#include <utility>
#include <vector>

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
      return pass_on(talk.bytes);
    case Talk::Kind::kMeet:
      return Ok{};  // the turns keep this time themselves
  }
  return Ok{};
}

Status Timeline::pass_on(double bytes) {
  const int last = clock_.workers() - 1;
  std::vector<timing::Edge> to_all;
  for (int i = 0; i < last; ++i) {
    to_all.push_back({.from = last, .to = i});
    if (Status passed = clock_.exchange({last + 1, {{.from = i, .to = i + 1}}}, bytes); !passed) {
      return passed;
    }
  }
  return clock_.exchange({last + 1, std::move(to_all)}, bytes);
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
