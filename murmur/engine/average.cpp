// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/average.h"

#include <algorithm>
#include <cstring>

#include "murmur/comm/wait_all.h"
#include "murmur/core/check.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kBlock = 2048;    // coordinates per visit of all rows
constexpr std::size_t kChunkUnit = 16;  // chunks of processes end on 64-byte lines

int left_part(int count) {
  int part = 1;
  while (part * 2 < count) {
    part *= 2;
  }
  return part;
}

std::size_t levels(int count) {
  std::size_t depth = 1;
  for (int reach = 1; reach < count; reach *= 2) {
    ++depth;
  }
  return depth;
}

template <class S>
void join(const S* __restrict left,
          const S* __restrict right,
          S share,
          std::size_t count,
          S* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    out[c] = left[c] + share * (right[c] - left[c]);
  }
}

// Walks the tree for one block of coordinates. `leaf(first, count)` is the mean of that subtree
// where it is known, else null.
template <class S, class Leaf>
class TreeMean {
 public:
  TreeMean(const Leaf& leaf, std::size_t size, S* scratch)
      : leaf_(leaf), size_(size), scratch_(scratch) {}

  const S* operator()(int first, int count, std::size_t depth, S* out) const {
    if (const S* known = leaf_(first, count); known != nullptr) {
      return known;
    }
    S* const left_block = scratch_ + 2 * depth * size_;
    const int left_count = left_part(count);
    const int right_count = count - left_count;
    const S* left = (*this)(first, left_count, depth + 1, left_block);
    const S* right = (*this)(first + left_count, right_count, depth + 1, left_block + size_);
    join(left, right, static_cast<S>(static_cast<double>(right_count) / count), size_, out);
    return out;
  }

 private:
  const Leaf& leaf_;
  std::size_t size_;
  S* scratch_;
};

}  // namespace

template <class S>
Averager<S>::Averager(const comm::Ownership* ownership,
                      comm::Transport* transport,
                      threads::Pool* pool,
                      std::size_t row_size,
                      comm::WorkerRange range)
    : ownership_(ownership),
      transport_(transport),
      pool_(pool),
      row_size_(row_size),
      range_(range) {
  for (int i = range.begin; i < range.end; ++i) {
    if (participants_.empty() || participants_.back() != ownership->owner(i)) {
      participants_.push_back(ownership->owner(i));
    }
  }
  find_nodes(range.begin, range.size());
  if (!alone()) {
    node_rows_ = Arena<S>({nodes_.size()}, row_size);
  }
  const std::size_t blocks = 2 * levels(range.size());
  scratch_.assign(static_cast<std::size_t>(pool->threads()), std::vector<S>(blocks * kBlock));
}

template <class S>
void Averager<S>::find_nodes(int first, int count) {
  const int process = ownership_->owner(first);
  if (ownership_->owner(first + count - 1) == process) {
    nodes_.push_back({first, count, process});
    return;
  }
  const int left = left_part(count);
  find_nodes(first, left);
  find_nodes(first + left, count - left);
}

template <class S>
CoordinateRange Averager<S>::chunk_of(int process) const {
  const std::size_t processes = participants_.size();
  const std::size_t units = (row_size_ + kChunkUnit - 1) / kChunkUnit;
  const auto found = std::lower_bound(participants_.begin(), participants_.end(), process);
  const auto p = static_cast<std::size_t>(found - participants_.begin());
  return {std::min(row_size_, units * p / processes * kChunkUnit),
          std::min(row_size_, units * (p + 1) / processes * kChunkUnit)};
}

template <class S>
void Averager<S>::mean(
    Node tree, CoordinateRange range, const RowOf<S>& row, bool from_nodes, S* out) {
  const std::size_t blocks = (range.size() + kBlock - 1) / kBlock;
  pool_->run(blocks, [&](std::size_t index, int thread) {
    const std::size_t begin = range.begin + index * kBlock;
    const std::size_t size = std::min(kBlock, range.end - begin);
    const auto leaf = [&](int first, int count) -> const S* {
      if (!from_nodes) {
        return count == 1 ? row(first) + begin : nullptr;
      }
      for (std::size_t k = 0; k < nodes_.size(); ++k) {
        if (nodes_[k].first == first && nodes_[k].count == count) {
          return node_rows_.row(0, k) + begin;
        }
      }
      return nullptr;
    };
    S* const scratch = scratch_[static_cast<std::size_t>(thread)].data();
    const TreeMean<S, decltype(leaf)> tree_mean(leaf, size, scratch);
    const S* result = tree_mean(tree.first, tree.count, 0, out + begin);
    if (result != out + begin) {
      std::memcpy(out + begin, result, size * sizeof(S));
    }
  });
}

template <class S>
Status Averager<S>::average(const RowOf<S>& row, S* out, comm::Tag tag) {
  const Node all{range_.begin, range_.size(), 0};
  const int here = transport_ == nullptr ? 0 : transport_->process();
  if (!std::binary_search(participants_.begin(), participants_.end(), here)) {
    return Ok{};
  }
  if (alone()) {
    mean(all, {0, row_size_}, row, false, out);
    return Ok{};
  }
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    if (nodes_[k].process == here) {
      mean(nodes_[k], {0, row_size_}, row, false, node_rows_.row(0, k));
    }
  }
  if (Status status = collect_chunk(tag); !status) {
    return status.failure().in("averaging");
  }
  mean(all, chunk_of(here), row, true, out);
  if (Status status = spread_chunks(tag, out); !status) {
    return status.failure().in("averaging");
  }
  return Ok{};
}

template <class S>
Status Averager<S>::collect_chunk(comm::Tag tag) {
  const int here = transport_->process();
  std::vector<comm::Ticket> tickets;
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    S* const node = node_rows_.row(0, k);
    const auto part = [&](int process) {
      const CoordinateRange chunk = chunk_of(process);
      return std::span<S>(node + chunk.begin, chunk.size());
    };
    if (nodes_[k].process != here) {
      tickets.push_back(
          transport_->receive(nodes_[k].process, tag, std::as_writable_bytes(part(here))));
      continue;
    }
    for (const int p : participants_) {
      if (p != here) {
        tickets.push_back(transport_->send(p, tag, std::as_bytes(part(p))));
      }
    }
  }
  return comm::wait_all(*transport_, tickets);
}

template <class S>
Status Averager<S>::spread_chunks(comm::Tag tag, S* out) {
  const int here = transport_->process();
  std::vector<comm::Ticket> tickets;
  const auto part = [&](int process) {
    const CoordinateRange chunk = chunk_of(process);
    return std::span<S>(out + chunk.begin, chunk.size());
  };
  for (const int p : participants_) {
    if (p != here) {
      tickets.push_back(transport_->receive(p, tag, std::as_writable_bytes(part(p))));
      tickets.push_back(transport_->send(p, tag, std::as_bytes(part(here))));
    }
  }
  return comm::wait_all(*transport_, tickets);
}

template class Averager<float>;
template class Averager<double>;

}  // namespace murmur::engine
