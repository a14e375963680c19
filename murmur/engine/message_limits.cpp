// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/message_limits.h"

#include <algorithm>

#include <fmt/format.h>

#include "murmur/engine/exchange/buckets.h"

namespace murmur::engine {

template <class S>
Result<Tags> tags_of(const EngineParts<S>& parts) {
  if (parts.transport == nullptr) {
    return Tags();
  }
  int workers = 0;
  for (int p = 0; p < parts.ownership.processes(); ++p) {
    workers = std::max(workers, parts.ownership.of(p).size());
  }
  // Buffers travel in messages like those of the model, bucket by bucket.
  const std::size_t buckets = std::max(Buckets(parts.problem->layout(), sizeof(S)).count(),
                                       Buckets(parts.problem->buffers(), sizeof(S)).count());
  Result<Tags> made =
      Tags::make(parts.transport->largest_tag(), static_cast<std::size_t>(workers) * buckets);
  return made ? made
              : made.failure().in(
                    fmt::format("{} workers in a process, with models of {} messages each, are too "
                                "many; start more processes",
                                workers,
                                buckets));
}

template <class S>
Status check_limits(const EngineParts<S>& parts) {
  const Result<Tags> tags = tags_of(parts);
  return tags ? Status(Ok{}) : tags.failure();
}

template Result<Tags> tags_of(const EngineParts<float>&);
template Result<Tags> tags_of(const EngineParts<double>&);
template Status check_limits(const EngineParts<float>&);
template Status check_limits(const EngineParts<double>&);

}  // namespace murmur::engine
