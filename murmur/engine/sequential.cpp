// SPDX-License-Identifier: Apache-2.0
// The stage that visits the workers one after the other.
#include "murmur/engine/costs/traffic.h"
#include "murmur/engine/performer.h"
#include "murmur/engine/stopwatch.h"

namespace murmur::engine {
// The fields kept once go from process to process, worker after worker, and then from the last to
// all.
template <class S>
Status Performer<S>::perform(const SequentialStage<S>& stage,
                             const Pass<S>& /*pass*/,
                             comm::Tag tag) {
  tag = peers_.tags.of(TagKind::kPlain, tag, 0);
  const std::vector<std::size_t> carried = parts_.program.shared_writes(stage.kernel);
  const int here = peers_.process();
  const int last = parts_.ownership.processes() - 1;
  if (Status status = here > 0 ? send_sequentially(carried, here - 1, here, tag) : Status(Ok{});
      !status) {
    return status;
  }
  over_blocks({nullptr, {{&stage.kernel, false}}}, {});
  if (Status status = here < last ? send_sequentially(carried, here, here + 1, tag) : Status(Ok{});
      !status) {
    return status;
  }
  for (int p = 0; p < last; ++p) {
    if (here == p || here == last) {
      if (Status status = send_sequentially(carried, last, p, tag); !status) {
        return status;
      }
    }
  }
  const std::size_t message = carried.size() * parts_.problem->layout().parameters() * sizeof(S);
  const Traffic sent =
      sequential_traffic(parts_.ownership.workers(), static_cast<std::int64_t>(message));
  counters_.bytes_sent += sent.bytes;
  counters_.messages += sent.messages;
  return Ok{};
}

template <class S>
Status Performer<S>::send_sequentially(const std::vector<std::size_t>& fields,
                                       int from,
                                       int to,
                                       comm::Tag tag) {
  const auto started = SteadyClock::now();
  const bool sends = parts_.transport->process() == from;
  std::vector<Awaited> awaited;
  for (const std::size_t f : fields) {
    const std::span<S> row = rows_.whole_row(f, rows_.local().begin);
    if (sends) {
      awaited.push_back({parts_.transport->send(to, tag, std::as_bytes(row), rows_.memory()), to});
    } else {
      awaited.push_back(
          {parts_.transport->receive(from, tag, std::as_writable_bytes(row), rows_.memory()),
           from});
    }
  }
  if (const Status status = peers_.wait_for(awaited); !status) {
    return status.failure().in("visiting the workers in turn");
  }
  times_.wait_s += seconds_since(started);
  return Ok{};
}

template Status Performer<float>::perform(const SequentialStage<float>&,
                                          const Pass<float>&,
                                          comm::Tag);
template Status Performer<double>::perform(const SequentialStage<double>&,
                                           const Pass<double>&,
                                           comm::Tag);
template Status Performer<float>::send_sequentially(const std::vector<std::size_t>&,
                                                    int,
                                                    int,
                                                    comm::Tag);
template Status Performer<double>::send_sequentially(const std::vector<std::size_t>&,
                                                     int,
                                                     int,
                                                     comm::Tag);

}  // namespace murmur::engine
