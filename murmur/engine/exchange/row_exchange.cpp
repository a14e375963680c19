// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/row_exchange.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace murmur::engine {

template <class S>
RowExchange<S>::RowExchange(const Peers& peers)
    : peers_(peers),
      local_(peers.ownership->of(peers.process())),
      waiting_(peers.buckets->count()) {}

template <class S>
void RowExchange<S>::set_graph(const topology::MixingMatrix& matrix) {
  std::set<int> remote_neighbors;
  std::vector<std::set<int>> receivers(static_cast<std::size_t>(local_.size()));
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const bool from_here = local_.contains(neighbor.worker);
      if (local_.contains(i) && !from_here) {
        remote_neighbors.insert(neighbor.worker);
      }
      if (!local_.contains(i) && from_here) {
        receivers[static_cast<std::size_t>(neighbor.worker - local_.begin)].insert(
            peers_.ownership->owner(i));
      }
    }
  }
  remote_neighbors_.assign(remote_neighbors.begin(), remote_neighbors.end());
  owners_.clear();
  for (const int remote_neighbor : remote_neighbors_) {
    const int owner = peers_.ownership->owner(remote_neighbor);
    owners_.push_back({owner, peers_.shares_memory(owner)});
  }
  receivers_.clear();
  for (const std::set<int>& processes : receivers) {
    Receivers& all = receivers_.emplace_back();
    for (const int process : processes) {
      (peers_.shares_memory(process) ? all.here : all.elsewhere).push_back(process);
    }
  }
}

template <class S>
comm::Tag RowExchange<S>::tag_of(int worker, std::size_t bucket) const {
  const comm::WorkerRange theirs = peers_.ownership->of(peers_.ownership->owner(worker));
  const auto row = static_cast<std::size_t>(worker - theirs.begin);
  return peers_.tags.of(TagKind::kRow, call_, row * peers_.buckets->count() + bucket);
}

template <class S>
void RowExchange<S>::make_room(std::size_t fields) {
  const std::size_t heard = remote_neighbors_.size() * fields;
  where_.assign(heard, nullptr);
  const bool all_lend =
      std::all_of(owners_.begin(), owners_.end(), [](const RemoteNeighbor& remote_neighbor) {
        return remote_neighbor.shares_memory;
      });
  if (heard > 0 && !all_lend && (rows_ == nullptr || rows_->rows(0) < heard)) {
    rows_ = std::make_unique<Arena<S>>(std::vector<std::size_t>{heard}, peers_.buckets->row_size());
  }
  const bool shares_memory = std::any_of(
      receivers_.begin(), receivers_.end(), [](const Receivers& all) { return !all.here.empty(); });
  const std::size_t published = static_cast<std::size_t>(local_.size()) * fields;
  if (shares_memory && (shared_rows_ == nullptr || shared_rows_->rows() < published)) {
    shared_rows_ = nullptr;  // first waits until it is read
    shared_rows_ = std::make_unique<SharedRows<S>>(peers_.transport, published, peers_.buckets);
  }
}

template <class S>
void RowExchange<S>::open(std::size_t fields, comm::Tag call, comm::Memory memory) {
  fields_ = fields;
  call_ = call;
  memory_ = std::move(memory);
  open_ = true;
  make_room(fields);
  if (shared_rows_ != nullptr) {
    shared_rows_->swap_buffers();
  }
  const Lock lock(mutex_);
  for (std::size_t b = 0; b < peers_.buckets->count(); ++b) {
    const CoordinateRange range = peers_.buckets->range(b);
    for (std::size_t g = 0; g < remote_neighbors_.size(); ++g) {
      const auto [owner, shares_memory] = owners_[g];
      const comm::Tag tag = tag_of(remote_neighbors_[g], b);
      for (std::size_t f = 0; f < fields; ++f) {
        const std::size_t at = f * remote_neighbors_.size() + g;
        if (shares_memory) {
          const comm::Ticket ticket = peers_.transport->shared_views()->acquire(owner, tag);
          waiting_[b].push_back({ticket, Way::kAcquired, remote_neighbors_[g], at});
          continue;
        }
        const std::span<S> place(rows_->row(0, at) + range.begin, range.size());
        const comm::Ticket ticket =
            peers_.transport->receive(owner, tag, std::as_writable_bytes(place), rows_->memory());
        waiting_[b].push_back({ticket, Way::kReceived, remote_neighbors_[g], at});
        where_[at] = rows_->row(0, at);
      }
    }
  }
}

template <class S>
void RowExchange<S>::send(int worker, std::size_t bucket, const Source& source) {
  const CoordinateRange range = peers_.buckets->range(bucket);
  const auto local = static_cast<std::size_t>(worker - local_.begin);
  const auto& [here, elsewhere] = receivers_[local];
  const bool shares_memory = !here.empty() && shared_rows_->has_memory();
  const comm::Tag tag = tag_of(worker, bucket);
  std::vector<typename SharedRows<S>::View> views;
  for (const int process : here) {
    views.push_back({process, range});
  }
  for (std::size_t f = 0; f < fields_; ++f) {
    const S* const values = source(f, worker);
    const auto bytes = std::as_bytes(std::span<const S>(values + range.begin, range.size()));
    const auto send_to = [&](const std::vector<int>& processes) {
      for (const int process : processes) {
        const comm::Ticket ticket = peers_.transport->send(process, tag, bytes, memory_);
        const Lock lock(mutex_);
        waiting_[bucket].push_back({ticket, Way::kSent, worker, 0});
      }
    };
    send_to(elsewhere);
    if (!shares_memory) {
      send_to(here);
      continue;
    }
    const std::size_t row = f * static_cast<std::size_t>(local_.size()) + local;
    if (Status published = shared_rows_->publish(row, bucket, values, tag, views); !published) {
      const Lock lock(mutex_);
      published_so_far_ =
          published.failure().in(fmt::format("sending the row of worker {}", worker));
    }
  }
}

template <class S>
Status RowExchange<S>::wait(std::size_t bucket) {
  release();
  std::vector<Waiting> all;
  {
    const Lock lock(mutex_);
    if (!published_so_far_) {
      return published_so_far_;
    }
    all.swap(waiting_[bucket]);
  }
  for (const Waiting& each : all) {
    if (const Status status = peers_.transport->wait(each.ticket); !status) {
      return status.failure().in(fmt::format("{} the row of worker {}",
                                             each.way == Way::kSent ? "sending" : "waiting for",
                                             each.worker));
    }
    if (each.way == Way::kAcquired) {
      const std::span<const std::byte> bytes = peers_.transport->shared_views()->view(each.ticket);
      where_[each.at] =
          reinterpret_cast<const S*>(bytes.data()) - peers_.buckets->range(bucket).begin;
      acquired_.push_back(each.ticket);
    }
  }
  return Ok{};
}

template <class S>
void RowExchange<S>::release() {
  for (const comm::Ticket ticket : acquired_) {
    peers_.transport->shared_views()->release(ticket);
  }
  acquired_.clear();
}

template <class S>
void RowExchange<S>::close() {
  release();
  open_ = false;
}

template class RowExchange<float>;
template class RowExchange<double>;

}  // namespace murmur::engine
