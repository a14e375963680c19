// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/publish.h"

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/engine/exchange/collectives.h"
#include "murmur/engine/exchange/row_exchange.h"

namespace murmur::engine {
namespace {

// Of every local worker, to how many it sends.
std::vector<std::int64_t> out_edges(const topology::MixingMatrix& matrix, comm::WorkerRange local) {
  std::vector<std::int64_t> edges(static_cast<std::size_t>(local.size()));
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      if (local.contains(neighbor.worker)) {
        ++edges[static_cast<std::size_t>(neighbor.worker - local.begin)];
      }
    }
  }
  return edges;
}

}  // namespace

template <class S>
Publisher<S>::Publisher(const topology::MixingMatrix& matrix,
                        const Peers& peers,
                        threads::Pool* pool,
                        const PublicField<S>& copy,
                        codecs::RowCodec<S> codec)
    : matrix_(matrix),
      peers_(peers),
      pool_(pool),
      copy_(copy),
      codec_(std::move(codec)),
      local_(copy.rows->local()),
      edges_(matrix.edges()) {
  find_neighbors(matrix);
  out_edges_ = out_edges(matrix, local_);
  copies_ = Arena<S>(std::vector<std::size_t>{remote_.size()}, copy.rows->row_size());
}

template <class S>
void Publisher<S>::find_neighbors(const topology::MixingMatrix& matrix) {
  std::set<int> remote;
  std::vector<std::set<int>> receivers(static_cast<std::size_t>(local_.size()));
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const bool from_here = local_.contains(neighbor.worker);
      if (local_.contains(i) && !from_here) {
        remote.insert(neighbor.worker);
      }
      if (!local_.contains(i) && from_here) {
        receivers[static_cast<std::size_t>(neighbor.worker - local_.begin)].insert(
            peers_.ownership->owner(i));
      }
    }
  }
  remote_.assign(remote.begin(), remote.end());
  for (const std::set<int>& processes : receivers) {
    receivers_.emplace_back(processes.begin(), processes.end());
  }
  for (int i = local_.begin; i < local_.end; ++i) {
    std::vector<InRow>& in = in_.emplace_back();
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const auto found = std::lower_bound(remote_.begin(), remote_.end(), neighbor.worker);
      in.push_back({.remote = !local_.contains(neighbor.worker),
                    .worker = neighbor.worker,
                    .place = static_cast<std::size_t>(found - remote_.begin()),
                    .weight = static_cast<S>(neighbor.weight)});
    }
  }
}

template <class S>
comm::Tag Publisher<S>::tag_of(int worker, comm::Tag call) const {
  const comm::WorkerRange theirs = peers_.ownership->of(peers_.ownership->owner(worker));
  return peers_.tags.of(TagKind::kPlain, call, static_cast<std::size_t>(worker - theirs.begin));
}

// Memory that a transport may still look at is replaced, not resized.
template <class S>
void Publisher<S>::make_room(std::int64_t step) {
  message_bytes_ = codec_.message_bytes(step);
  const auto grow = [&](Messages& messages, std::size_t count) {
    if (messages == nullptr || messages->size() < count * message_bytes_) {
      messages = std::make_shared<std::vector<std::byte>>(count * message_bytes_);
    }
  };
  grow(sent_, static_cast<std::size_t>(local_.size()));
  grow(received_, remote_.size());
  if (codec_.varies(step)) {
    grow(sent_packed_, static_cast<std::size_t>(local_.size()));
    grow(received_packed_, remote_.size());
  }
}

template <class S>
Status Publisher<S>::publish(std::size_t difference, std::int64_t step, comm::Tag tag) {
  MURMUR_CHECK(awaited_.empty(), "what was published before was not received");
  step_ = step;
  call_ = tag;
  make_room(step);
  encode(difference);
  encoded_bytes_ = std::nullopt;
  if (codec_.varies(step)) {
    return send_packed();
  }
  for (std::size_t k = 0; k < remote_.size(); ++k) {
    receive_from(k, {message(received_, k), message_bytes_}, received_);
  }
  for (std::size_t k = 0; k < receivers_.size(); ++k) {
    send_from(k, {message(sent_, k), message_bytes_}, sent_);
  }
  return Ok{};
}

template <class S>
void Publisher<S>::encode(std::size_t difference) {
  const std::size_t tensors = codec_.tensors();
  pool_->run(receivers_.size() * tensors, [&](std::size_t index, int /*thread*/) {
    const std::size_t place = index / tensors;
    const int worker = local_.begin + static_cast<int>(place);
    std::byte* const bytes = message(sent_, place);
    codec_.encode(index % tensors,
                  copy_.rows->row(difference, worker),
                  {.worker = worker, .step = step_},
                  bytes);
    codec_.decode_add(index % tensors, bytes, step_, S(1), copy_.rows->row(copy_.field, worker));
  });
}

template <class S>
void Publisher<S>::receive_from(std::size_t k, std::span<std::byte> bytes, const Messages& memory) {
  const int owner = peers_.ownership->owner(remote_[k]);
  awaited_.push_back(
      {peers_.transport->receive(owner, tag_of(remote_[k], call_), bytes, memory), owner});
}

template <class S>
void Publisher<S>::send_from(std::size_t k,
                             std::span<const std::byte> bytes,
                             const Messages& memory) {
  for (const int process : receivers_[k]) {
    const comm::Tag tag = tag_of(local_.begin + static_cast<int>(k), call_);
    awaited_.push_back({peers_.transport->send(process, tag, bytes, memory), process});
  }
}

template <class S>
Status Publisher<S>::send_packed() {
  const std::size_t sizes = codec_.sizes_bytes(step_);
  std::vector<std::int64_t> bytes(receivers_.size());
  pool_->run(receivers_.size(), [&](std::size_t k, int /*thread*/) {
    std::byte* const packed = message(sent_packed_, k);
    codec_.pack_sizes(message(sent_, k), step_, packed);
    codec_.pack_contents(message(sent_, k), step_, packed + sizes);
    bytes[k] = static_cast<std::int64_t>(sizes + codec_.contents_bytes(packed, step_));
  });
  std::int64_t all = 0;
  for (std::size_t k = 0; k < bytes.size(); ++k) {
    all += out_edges_[k] * bytes[k];
  }
  if (peers_.transport != nullptr) {
    for (std::size_t k = 0; k < remote_.size(); ++k) {
      receive_from(k, {message(received_packed_, k), sizes}, received_packed_);
    }
    for (std::size_t k = 0; k < receivers_.size(); ++k) {
      const std::byte* const packed = message(sent_packed_, k);
      send_from(k, {packed, sizes}, sent_packed_);
      send_from(k, {packed + sizes, static_cast<std::size_t>(bytes[k]) - sizes}, sent_packed_);
    }
    const Result<std::int64_t> sum = sum_over_processes(peers_, call_, all);
    if (!sum) {
      return sum.failure().in("adding up the sizes of encoded messages");
    }
    all = sum.value();
  }
  encoded_bytes_ = all;
  return Ok{};
}

// All that was awaited so far are the sizes, and what was sent.
template <class S>
Status Publisher<S>::receive_packed() {
  for (std::size_t k = 0; k < remote_.size(); ++k) {
    if (Status come = peers_.wait_for(awaited_[k]); !come) {
      return come;
    }
  }
  awaited_.erase(awaited_.begin(), awaited_.begin() + static_cast<std::ptrdiff_t>(remote_.size()));
  const std::size_t sizes = codec_.sizes_bytes(step_);
  for (std::size_t k = 0; k < remote_.size(); ++k) {
    std::byte* const packed = message(received_packed_, k);
    receive_from(k, {packed + sizes, codec_.contents_bytes(packed, step_)}, received_packed_);
  }
  if (Status come = peers_.wait_for(awaited_); !come) {
    return come;
  }
  for (std::size_t k = 0; k < remote_.size(); ++k) {
    const std::byte* const packed = message(received_packed_, k);
    codec_.unpack(packed, packed + sizes, step_, message(received_, k));
  }
  return Ok{};
}

template <class S>
Status Publisher<S>::receive() {
  if (awaited_.empty()) {
    return Ok{};
  }
  if (Status come = codec_.varies(step_) ? receive_packed() : peers_.wait_for(awaited_); !come) {
    return come.failure().in("receiving what neighbors published");
  }
  awaited_.clear();
  const std::size_t tensors = codec_.tensors();
  pool_->run(remote_.size() * tensors, [&](std::size_t index, int /*thread*/) {
    const std::size_t place = index / tensors;
    codec_.decode_add(
        index % tensors, message(received_, place), step_, S(1), copies_.row(0, place));
  });
  return Ok{};
}

template <class S>
Status Publisher<S>::refresh(comm::Tag tag) {
  if (!stale_) {
    return Ok{};
  }
  stale_ = false;
  if (peers_.transport == nullptr) {
    return Ok{};
  }
  RowExchange<S> exchange(peers_);
  exchange.set_graph(matrix_);
  exchange.open(1, tag, copy_.rows->memory());
  for (int i = local_.begin; i < local_.end; ++i) {
    for (std::size_t b = 0; b < peers_.buckets->count(); ++b) {
      exchange.send(i, b, [&](std::size_t /*place*/, int worker) {
        return copy_.rows->row(copy_.field, worker);
      });
    }
  }
  for (std::size_t b = 0; b < peers_.buckets->count(); ++b) {
    if (Status come = exchange.wait(b); !come) {
      return come.failure().in("taking over the public copies of neighbors");
    }
    const CoordinateRange range = peers_.buckets->range(b);
    for (std::size_t k = 0; k < remote_.size(); ++k) {
      std::memcpy(copies_.row(0, k) + range.begin,
                  exchange.row(0, k) + range.begin,
                  range.size() * sizeof(S));
    }
  }
  exchange.close();
  return Ok{};
}

template <class S>
void Publisher<S>::pull_block(std::size_t into, CoordinateRange range) const {
  thread_local std::vector<WeightedRow<S>> in;
  for (int i = local_.begin; i < local_.end; ++i) {
    in.clear();
    for (const InRow& neighbor : in_[static_cast<std::size_t>(i - local_.begin)]) {
      const S* const row = neighbor.remote ? copies_.row(0, neighbor.place)
                                           : copy_.rows->row(copy_.field, neighbor.worker);
      in.push_back({row + range.begin, neighbor.weight});
    }
    pull_row(copy_.rows->row(copy_.field, i) + range.begin,
             in,
             range.size(),
             copy_.rows->row(into, i) + range.begin);
  }
}

template class Publisher<float>;
template class Publisher<double>;

}  // namespace murmur::engine
