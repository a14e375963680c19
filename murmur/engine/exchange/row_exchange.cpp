// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/row_exchange.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "murmur/engine/exchange/tags.h"

namespace murmur::engine {

template <class S>
RowExchange<S>::RowExchange(const Peers& peers)
    : peers_(peers),
      local_(peers.ownership->of(peers.process())),
      waiting_(peers.buckets->count()) {}

template <class S>
void RowExchange<S>::set_graph(const topology::MixingMatrix& matrix) {
  std::set<int> ghosts;
  std::vector<std::set<int>> hearers(static_cast<std::size_t>(local_.size()));
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const bool from_here = local_.contains(neighbor.worker);
      if (local_.contains(i) && !from_here) {
        ghosts.insert(neighbor.worker);
      }
      if (!local_.contains(i) && from_here) {
        hearers[static_cast<std::size_t>(neighbor.worker - local_.begin)].insert(
            peers_.ownership->owner(i));
      }
    }
  }
  ghosts_.assign(ghosts.begin(), ghosts.end());
  owners_.clear();
  for (const int ghost : ghosts_) {
    const int owner = peers_.ownership->owner(ghost);
    owners_.push_back({owner, peers_.shares_memory(owner)});
  }
  hearers_.clear();
  for (const std::set<int>& processes : hearers) {
    Hearers& all = hearers_.emplace_back();
    for (const int process : processes) {
      (peers_.shares_memory(process) ? all.here : all.elsewhere).push_back(process);
    }
  }
}

template <class S>
comm::Tag RowExchange<S>::tag_of(std::size_t place, int worker, std::size_t bucket) const {
  const comm::WorkerRange theirs = peers_.ownership->of(peers_.ownership->owner(worker));
  const auto row = place * static_cast<std::size_t>(theirs.size()) +
                   static_cast<std::size_t>(worker - theirs.begin);
  return engine::tag_of(TagKind::kRow, pass_, row * peers_.buckets->count() + bucket);
}

template <class S>
void RowExchange<S>::make_room(std::size_t fields) {
  const std::size_t heard = ghosts_.size() * fields;
  where_.assign(heard, nullptr);
  const bool all_lend =
      std::all_of(owners_.begin(), owners_.end(), [](const Ghost& ghost) { return ghost.lends; });
  if (heard > 0 && !all_lend && (rows_ == nullptr || rows_->rows(0) < heard)) {
    rows_ = std::make_unique<Arena<S>>(std::vector<std::size_t>{heard}, peers_.buckets->row_size());
  }
  const bool lends = std::any_of(
      hearers_.begin(), hearers_.end(), [](const Hearers& all) { return !all.here.empty(); });
  const std::size_t lent = static_cast<std::size_t>(local_.size()) * fields;
  if (lends && (lent_ == nullptr || lent_->rows() < lent)) {
    lent_ = nullptr;  // first waits until it is read
    lent_ = std::make_unique<LentRows<S>>(peers_.transport, lent, peers_.buckets);
  }
}

template <class S>
void RowExchange<S>::open(std::size_t fields, comm::Tag pass) {
  fields_ = fields;
  pass_ = pass;
  open_ = true;
  make_room(fields);
  if (lent_ != nullptr) {
    lent_->turn();
  }
  const Lock lock(mutex_);
  for (std::size_t b = 0; b < peers_.buckets->count(); ++b) {
    const CoordinateRange range = peers_.buckets->range(b);
    for (std::size_t g = 0; g < ghosts_.size(); ++g) {
      const auto [owner, lends] = owners_[g];
      for (std::size_t f = 0; f < fields; ++f) {
        const comm::Tag tag = tag_of(f, ghosts_[g], b);
        const std::size_t at = f * ghosts_.size() + g;
        if (lends) {
          const comm::Ticket ticket = peers_.transport->lending()->borrow(owner, tag);
          waiting_[b].push_back({ticket, Way::kBorrowed, ghosts_[g], at});
          continue;
        }
        const std::span<S> place(rows_->row(0, at) + range.begin, range.size());
        const comm::Ticket ticket =
            peers_.transport->receive(owner, tag, std::as_writable_bytes(place));
        waiting_[b].push_back({ticket, Way::kReceived, ghosts_[g], at});
        where_[at] = rows_->row(0, at);
      }
    }
  }
}

template <class S>
void RowExchange<S>::send(int worker, std::size_t bucket, const Source& source) {
  const CoordinateRange range = peers_.buckets->range(bucket);
  const auto local = static_cast<std::size_t>(worker - local_.begin);
  const auto& [here, elsewhere] = hearers_[local];
  const bool lends = !here.empty() && lent_->has_memory();
  std::vector<typename LentRows<S>::Loan> loans;
  for (const int process : here) {
    loans.push_back({process, range});
  }
  for (std::size_t f = 0; f < fields_; ++f) {
    const S* const values = source(f, worker);
    const auto bytes = std::as_bytes(std::span<const S>(values + range.begin, range.size()));
    const comm::Tag tag = tag_of(f, worker, bucket);
    const auto send_to = [&](const std::vector<int>& processes) {
      for (const int process : processes) {
        const comm::Ticket ticket = peers_.transport->send(process, tag, bytes);
        const Lock lock(mutex_);
        waiting_[bucket].push_back({ticket, Way::kSent, worker, 0});
      }
    };
    send_to(elsewhere);
    if (!lends) {
      send_to(here);
      continue;
    }
    const std::size_t row = f * static_cast<std::size_t>(local_.size()) + local;
    if (Status lent = lent_->lend(row, bucket, values, tag, loans); !lent) {
      const Lock lock(mutex_);
      lent_so_far_ = lent.failure().in(fmt::format("sending the row of worker {}", worker));
    }
  }
}

template <class S>
Status RowExchange<S>::bring(std::size_t bucket) {
  give_back();
  std::vector<Waiting> all;
  {
    const Lock lock(mutex_);
    if (!lent_so_far_) {
      return lent_so_far_;
    }
    all.swap(waiting_[bucket]);
  }
  for (const Waiting& each : all) {
    if (const Status status = peers_.transport->wait(each.ticket); !status) {
      return status.failure().in(fmt::format("{} the row of worker {}",
                                             each.way == Way::kSent ? "sending" : "waiting for",
                                             each.worker));
    }
    if (each.way == Way::kBorrowed) {
      const std::span<const std::byte> bytes = peers_.transport->lending()->borrowed(each.ticket);
      where_[each.at] =
          reinterpret_cast<const S*>(bytes.data()) - peers_.buckets->range(bucket).begin;
      borrowed_.push_back(each.ticket);
    }
  }
  return Ok{};
}

template <class S>
void RowExchange<S>::give_back() {
  for (const comm::Ticket ticket : borrowed_) {
    peers_.transport->lending()->give_back(ticket);
  }
  borrowed_.clear();
}

template <class S>
void RowExchange<S>::close() {
  give_back();
  open_ = false;
}

template class RowExchange<float>;
template class RowExchange<double>;

}  // namespace murmur::engine
