// SPDX-License-Identifier: Apache-2.0
// An exact average over processes, bucket by bucket: parts to the owners of chunks, means to all.
#include <algorithm>
#include <cstring>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/engine/exchange/average.h"

namespace murmur::engine {

template <class S>
comm::Tag Averager<S>::tag_of_part(std::size_t bucket) const {
  return peers_.tags.of(TagKind::kPart, call_, bucket);
}

template <class S>
void Averager<S>::ask(std::size_t bucket, const Asked& asked, std::span<S> place) {
  if (peers_.shares_memory(asked.process)) {
    const comm::Ticket ticket = peers_.transport->shared_views()->acquire(asked.process, asked.tag);
    parts_[bucket].acquired.push_back({{ticket, asked.process}, asked.node});
    return;
  }
  const comm::Ticket ticket =
      peers_.transport->receive(asked.process, asked.tag, std::as_writable_bytes(place), memory_);
  parts_[bucket].awaited.push_back({ticket, asked.process});
}

template <class S>
void Averager<S>::receive_parts(std::size_t bucket) {
  const int here = peers_.process();
  const CoordinateRange chunk = chunk_of(bucket, here);
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    if (nodes_[k].process != here) {
      ask(bucket,
          {.process = nodes_[k].process, .tag = tag_of_part(bucket), .node = k},
          {node_rows_.row(0, k) + chunk.begin, chunk.size()});
    }
  }
}

template <class S>
template <class RangeOf>
Status Averager<S>::give(std::size_t bucket, const Given& given, const RangeOf& range_of) {
  std::vector<typename SharedRows<S>::View> views;
  for (const int p : participants_) {
    const CoordinateRange range = range_of(p);
    if (p == peers_.process()) {
      continue;
    }
    if (shared_rows_ != nullptr && peers_.shares_memory(p)) {
      views.push_back({p, range});
      continue;
    }
    const std::span<const S> values(given.row + range.begin, range.size());
    parts_[bucket].awaited.push_back(
        {peers_.transport->send(p, given.tag, std::as_bytes(values), memory_), p});
  }
  if (views.empty()) {
    return Ok{};
  }
  const Status published =
      shared_rows_->publish(given.shared_row, bucket, given.row, given.tag, views);
  return published ? published : published.failure().in("waiting for workers of this host to read");
}

template <class S>
void Averager<S>::send_parts(std::size_t bucket) {
  const int here = peers_.process();
  parts_[bucket].state = State::kCollecting;
  collecting_.push_back(bucket);
  for (std::size_t k = 0; k < nodes_.size() && status_; ++k) {
    if (nodes_[k].process == here) {
      status_ =
          give(bucket,
               {.shared_row = k - first_here_, .row = node_row(k), .tag = tag_of_part(bucket)},
               [&](int process) { return chunk_of(bucket, process); });
    }
  }
}

template <class S>
void Averager<S>::ready(std::size_t bucket) {
  const Lock lock(mutex_);
  if (--parts_[bucket].missing > 0) {
    return;
  }
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    if (nodes_[k].process == peers_.process() && nodes_[k].count > 1) {
      mean_alone(nodes_[k], peers_.buckets->range(bucket), false, node_rows_.row(0, k));
    }
  }
  send_parts(bucket);
  advance();
}

template <class S>
void Averager<S>::advance() {
  while (status_ && !collecting_.empty() && has_come(parts_[collecting_.front()])) {
    status_ = spread(collecting_.front());
    collecting_.pop_front();
  }
}

template <class S>
bool Averager<S>::has_come(const BucketState& part) const {
  const auto is_done = [&](const Awaited& each) { return peers_.transport->is_done(each.ticket); };
  return std::all_of(part.awaited.begin(), part.awaited.end(), is_done) &&
         std::all_of(part.acquired.begin(), part.acquired.end(), [&](const Acquired& each) {
           return is_done(each.message);
         });
}

template <class S>
Result<const S*> Averager<S>::read(const Acquired& acquired) {
  if (const Status come = peers_.wait_for(acquired.message); !come) {
    return come.failure();
  }
  const auto bytes = peers_.transport->shared_views()->view(acquired.message.ticket);
  return reinterpret_cast<const S*>(bytes.data());
}

// Waits for the parts of our chunk, and takes their mean.
template <class S>
Status Averager<S>::collect(std::size_t bucket) {
  BucketState& part = parts_[bucket];
  const CoordinateRange chunk = chunk_of(bucket, peers_.process());
  if (Status come = peers_.wait_for(std::exchange(part.awaited, {})); !come) {
    return come;
  }
  for (const Acquired& each : part.acquired) {
    const Result<const S*> values = read(each);
    if (!values) {
      return values.failure();
    }
    where_[each.node] = values.value() - chunk.begin;
  }
  mean_alone({range_.begin, range_.size(), 0}, chunk, true, out_);
  for (const Acquired& each : std::exchange(part.acquired, {})) {
    peers_.transport->shared_views()->release(each.message.ticket);
    where_[each.node] = nullptr;
  }
  return Ok{};
}

// Gives the mean of our chunk to all.
template <class S>
Status Averager<S>::spread(std::size_t bucket) {
  if (Status collected = collect(bucket); !collected) {
    return collected;
  }
  parts_[bucket].state = State::kSpreading;
  const int here = peers_.process();
  const comm::Tag tag = peers_.tags.of(TagKind::kMean, call_, bucket);
  for (const int p : participants_) {
    if (p != here) {
      const CoordinateRange chunk = chunk_of(bucket, p);
      ask(bucket, {.process = p, .tag = tag}, {out_ + chunk.begin, chunk.size()});
    }
  }
  const std::size_t row = shared_rows_ == nullptr ? 0 : shared_rows_->rows() - 1;
  return give(bucket, {.shared_row = row, .row = out_, .tag = tag}, [&](int /*process*/) {
    return chunk_of(bucket, here);
  });
}

template <class S>
Status Averager<S>::take_mean(std::size_t bucket) {
  for (const Acquired& each : parts_[bucket].acquired) {
    const Result<const S*> values = read(each);
    if (!values) {
      return values.failure();
    }
    const CoordinateRange chunk = chunk_of(bucket, each.message.process);
    std::memcpy(out_ + chunk.begin, values.value(), chunk.size() * sizeof(S));
    peers_.transport->shared_views()->release(each.message.ticket);
  }
  return peers_.wait_for(parts_[bucket].awaited);
}

template <class S>
Status Averager<S>::finish() {
  const Lock lock(mutex_);
  MURMUR_CHECK(std::none_of(parts_.begin(),
                            parts_.end(),
                            [](const BucketState& part) { return part.state == State::kFilling; }),
               "a bucket was never ready");
  for (; !collecting_.empty() && status_; collecting_.pop_front()) {
    status_ = spread(collecting_.front());
  }
  for (std::size_t b = 0; b < parts_.size() && status_; ++b) {
    status_ = take_mean(b);
  }
  parts_.clear();
  collecting_.clear();
  return status_ ? status_ : Status(status_.failure().in("averaging over all workers"));
}

template class Averager<float>;
template class Averager<double>;

}  // namespace murmur::engine
