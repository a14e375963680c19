// SPDX-License-Identifier: Apache-2.0
// The stage that visits the workers one after the other.
#include <chrono>

#include "murmur/engine/performer.h"

namespace murmur::engine {
namespace {

using SteadyClock = std::chrono::steady_clock;

}  // namespace

// The fields kept once go from process to process, worker after worker, and then from the last to
// all.
template <class S>
Status Performer<S>::in_turn(const Pass<S>& pass, comm::Tag tag) {
  std::vector<std::size_t> carried;
  for (std::size_t f = 0; f < rows_.fields(); ++f) {
    if (rows_.shared(f) && ((pass.head->writes >> f) & 1U) != 0) {
      carried.push_back(f);
    }
  }
  const int here = parts_.transport == nullptr ? 0 : parts_.transport->process();
  const int last = parts_.ownership.processes() - 1;
  if (Status status = here > 0 ? pass_on(carried, here - 1, here, tag) : Status(Ok{}); !status) {
    return status;
  }
  over_blocks({nullptr, {{pass.head, false}}}, {});
  if (Status status = here < last ? pass_on(carried, here, here + 1, tag) : Status(Ok{}); !status) {
    return status;
  }
  for (int p = 0; p < last; ++p) {
    if (here == p || here == last) {
      if (Status status = pass_on(carried, last, p, tag); !status) {
        return status;
      }
    }
  }
  // On a ring: each worker passes on what it leaves, the last one to the first for the next time.
  const auto message = static_cast<std::int64_t>(parts_.problem->layout().parameters() * sizeof(S));
  const std::int64_t workers = parts_.ownership.workers();
  counters_.bytes_sent += workers > 1 ? workers * message : 0;
  counters_.messages += workers > 1 ? workers : 0;
  return Ok{};
}

template <class S>
Status Performer<S>::pass_on(const std::vector<std::size_t>& fields,
                             int from,
                             int to,
                             comm::Tag tag) {
  const auto started = SteadyClock::now();
  const bool sends = parts_.transport->process() == from;
  std::vector<comm::Ticket> tickets;
  for (const std::size_t f : fields) {
    const std::span<S> row(rows_.row(f, rows_.local().begin), rows_.row_size());
    tickets.push_back(sends ? parts_.transport->send(to, tag, std::as_bytes(row))
                            : parts_.transport->receive(from, tag, std::as_writable_bytes(row)));
  }
  for (const comm::Ticket ticket : tickets) {
    if (Status status = parts_.transport->wait(ticket); !status) {
      return status.failure().in("visiting the workers in turn");
    }
  }
  times_.wait_s += std::chrono::duration<double>(SteadyClock::now() - started).count();
  return Ok{};
}

template Status Performer<float>::in_turn(const Pass<float>&, comm::Tag);
template Status Performer<double>::in_turn(const Pass<double>&, comm::Tag);
template Status Performer<float>::pass_on(const std::vector<std::size_t>&, int, int, comm::Tag);
template Status Performer<double>::pass_on(const std::vector<std::size_t>&, int, int, comm::Tag);

}  // namespace murmur::engine
