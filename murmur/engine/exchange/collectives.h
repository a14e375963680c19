// SPDX-License-Identifier: Apache-2.0
// What the processes of an engine exchange between rounds: numbers of workers, texts of processes,
// and whether something has failed. Every operation is collective. Each call has a tag of its own,
// by its number and its place in the program, so processes that have called different operations
// fail instead of taking one's message for the other's.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "murmur/comm/call_site.h"
#include "murmur/core/error.h"
#include "murmur/engine/exchange/peers.h"

namespace murmur::engine {

class Collectives {
 public:
  // `peers` outlives it.
  explicit Collectives(const Peers* peers) : peers_(peers) {}

  // One double per local worker in; the same of all workers, in worker order, out.
  Result<std::vector<double>> gather(std::span<const double> local,
                                     const CallSite& place = CallSite::here());
  // One text per process, of any length, in the order of processes.
  Result<std::vector<std::string>> gather_texts(const std::string& mine,
                                                const CallSite& place = CallSite::here());
  // The text of the first process.
  Result<std::string> broadcast(const std::string& mine, const CallSite& place = CallSite::here());
  // Fails on all processes if `mine` is a failure on one: with its own failure on that process,
  // elsewhere with kIo and the workers of the first process that failed.
  Status agree(const Status& mine, const CallSite& place = CallSite::here());

  // The tag of an operation that exchanges rows, counted with the others.
  comm::Tag next_call() { return peers_->tags.asked(asked_++); }

 private:
  const Peers* peers_;
  std::uint64_t asked_ = 0;  // as many on all processes
};

// The sum over all processes, within a round: of a pass that averages nothing. REQUIRES: a
// transport.
Result<std::int64_t> sum_over_processes(const Peers& peers, comm::Tag call, std::int64_t mine);

}  // namespace murmur::engine
