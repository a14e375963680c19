// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/collectives.h"

#include <algorithm>
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "murmur/core/check.h"

namespace murmur::engine {
namespace {

// Sends this process's bytes to every other process and receives theirs, all at the same time.
// `bytes_of(p)`: where those of process p are, or are to be. `memory` keeps them.
template <class BytesOf>
Status exchange_with_all(const Peers& peers,
                         comm::Tag tag,
                         const BytesOf& bytes_of,
                         const comm::Memory& memory) {
  comm::Transport& transport = *peers.transport;
  const std::span<const std::byte> mine = bytes_of(transport.process());
  std::vector<Awaited> awaited;
  for (int p = 0; p < transport.processes(); ++p) {
    if (p != transport.process()) {
      awaited.push_back({transport.receive(p, tag, bytes_of(p), memory), p});
      awaited.push_back({transport.send(p, tag, mine, memory), p});
    }
  }
  return peers.wait_for(awaited);
}

}  // namespace

Result<std::vector<double>> Collectives::gather(std::span<const double> local,
                                                const CallSite& place) {
  const comm::Ownership& ownership = *peers_->ownership;
  const comm::WorkerRange here = ownership.of(peers_->process());
  MURMUR_CHECK(local.size() == static_cast<std::size_t>(here.size()),
               "{} numbers of {} workers",
               local.size(),
               here.size());
  const auto numbers =
      std::make_shared<std::vector<double>>(static_cast<std::size_t>(ownership.workers()));
  std::copy(local.begin(), local.end(), numbers->begin() + here.begin);
  if (peers_->transport == nullptr) {
    return std::move(*numbers);
  }
  const auto bytes_of = [&](int process) {
    const comm::WorkerRange theirs = ownership.of(process);
    return std::as_writable_bytes(
        std::span(numbers->data() + theirs.begin, static_cast<std::size_t>(theirs.size())));
  };
  const comm::Tag tag = peers_->tags.of_place(next_call(), place);
  if (const Status done = exchange_with_all(*peers_, tag, bytes_of, numbers); !done) {
    return done.failure().in("collecting numbers of all workers");
  }
  return std::move(*numbers);
}

Result<std::vector<std::string>> Collectives::gather_texts(const std::string& mine,
                                                           const CallSite& place) {
  if (peers_->transport == nullptr) {
    return std::vector<std::string>{mine};
  }
  struct Texts {
    std::vector<std::uint64_t> lengths;
    std::vector<std::string> all;
  };
  const auto processes = static_cast<std::size_t>(peers_->transport->processes());
  const auto self = static_cast<std::size_t>(peers_->process());
  const auto texts = std::make_shared<Texts>(
      Texts{std::vector<std::uint64_t>(processes), std::vector<std::string>(processes)});
  texts->lengths[self] = mine.size();
  const auto length_of = [&](int process) {
    return std::as_writable_bytes(
        std::span(texts->lengths).subspan(static_cast<std::size_t>(process), 1));
  };
  const comm::Tag length_tag = peers_->tags.of_place(next_call(), place);
  if (const Status done = exchange_with_all(*peers_, length_tag, length_of, texts); !done) {
    return done.failure().in("collecting texts of all processes");
  }
  for (std::size_t p = 0; p < processes; ++p) {
    texts->all[p].resize(texts->lengths[p]);
  }
  texts->all[self] = mine;
  const auto text_of = [&](int process) {
    std::string& text = texts->all[static_cast<std::size_t>(process)];
    return std::as_writable_bytes(std::span(text.data(), text.size()));
  };
  const comm::Tag text_tag = peers_->tags.of_place(next_call(), place);
  if (const Status done = exchange_with_all(*peers_, text_tag, text_of, texts); !done) {
    return done.failure().in("collecting texts of all processes");
  }
  return std::move(texts->all);
}

Result<std::string> Collectives::broadcast(const std::string& mine, const CallSite& place) {
  const bool first = peers_->process() == 0;
  Result<std::vector<std::string>> all = gather_texts(first ? mine : std::string(), place);
  return all ? Result<std::string>(std::move(all.value().front())) : all.failure();
}

Status Collectives::agree(const Status& mine, const CallSite& place) {
  const Result<std::vector<std::string>> failed = gather_texts(mine ? "" : "failed", place);
  if (!mine) {
    return mine;
  }
  if (!failed) {
    return failed.failure();
  }
  const auto other = std::find(failed.value().begin(), failed.value().end(), "failed");
  if (other == failed.value().end()) {
    return Ok{};
  }
  const auto process = static_cast<int>(other - failed.value().begin());
  return Failure{FailureKind::kIo,
                 fmt::format("the process of {} failed", words_of(peers_->ownership->of(process)))};
}

Result<std::int64_t> sum_over_processes(const Peers& peers, comm::Tag call, std::int64_t mine) {
  const auto numbers = std::make_shared<std::vector<std::int64_t>>(
      static_cast<std::size_t>(peers.ownership->processes()));
  const auto bytes_of = [&](int process) {
    return std::as_writable_bytes(
        std::span(numbers->data() + static_cast<std::size_t>(process), 1));
  };
  (*numbers)[static_cast<std::size_t>(peers.process())] = mine;
  const comm::Tag tag = peers.tags.of(TagKind::kPart, call, 0);
  if (const Status done = exchange_with_all(peers, tag, bytes_of, numbers); !done) {
    return done.failure();
  }
  return std::accumulate(numbers->begin(), numbers->end(), std::int64_t{0});
}

}  // namespace murmur::engine
