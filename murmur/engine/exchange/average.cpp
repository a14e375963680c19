// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/average.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/engine/exchange/tree_mean.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kBlock = 2048;    // coordinates per visit of all rows
constexpr std::size_t kChunkUnit = 16;  // chunks of processes end on 64-byte lines

}  // namespace

template <class S>
Averager<S>::Averager(const Peers& peers, threads::Pool* pool, comm::WorkerRange range)
    : peers_(peers), pool_(pool), range_(range) {
  for (int i = range.begin; i < range.end; ++i) {
    if (participants_.empty() || participants_.back() != peers.ownership->owner(i)) {
      participants_.push_back(peers.ownership->owner(i));
    }
  }
  find_nodes(range.begin, range.size());
  if (is_spread()) {
    node_rows_ = Arena<S>({nodes_.size()}, peers.buckets->row_size());
    where_.resize(nodes_.size());
    share_rows();
  }
  const std::size_t blocks = 2 * tree_levels(range.size());
  scratch_.assign(static_cast<std::size_t>(pool->threads()) + 1, std::vector<S>(blocks * kBlock));
}

template <class S>
void Averager<S>::find_nodes(int first, int count) {
  const int process = peers_.ownership->owner(first);
  if (peers_.ownership->owner(first + count - 1) == process) {
    nodes_.push_back({first, count, process});
    return;
  }
  const int left = left_part(count);
  find_nodes(first, left);
  find_nodes(first + left, count - left);
}

template <class S>
void Averager<S>::share_rows() {
  const bool lends = std::any_of(participants_.begin(), participants_.end(), [&](int process) {
    return process != peers_.process() && peers_.shares_memory(process);
  });
  const auto is_here = [&](const Node& node) { return node.process == peers_.process(); };
  const auto here = std::count_if(nodes_.begin(), nodes_.end(), is_here);
  if (!lends || here == 0) {
    return;
  }
  first_here_ = static_cast<std::size_t>(std::find_if(nodes_.begin(), nodes_.end(), is_here) -
                                         nodes_.begin());
  shared_rows_ = std::make_unique<SharedRows<S>>(
      peers_.transport, static_cast<std::size_t>(here) + 1, peers_.buckets);
  if (!shared_rows_->has_memory()) {
    shared_rows_ = nullptr;
  }
}

template <class S>
CoordinateRange Averager<S>::chunk_of(std::size_t bucket, int process) const {
  const CoordinateRange all = peers_.buckets->range(bucket);
  const std::size_t processes = participants_.size();
  const std::size_t units = (all.size() + kChunkUnit - 1) / kChunkUnit;
  const auto found = std::lower_bound(participants_.begin(), participants_.end(), process);
  const auto p = static_cast<std::size_t>(found - participants_.begin());
  return {std::min(all.end, all.begin + units * p / processes * kChunkUnit),
          std::min(all.end, all.begin + units * (p + 1) / processes * kChunkUnit)};
}

// One worker of this process is a node of its own and needs no copy.
template <class S>
const S* Averager<S>::node_row(std::size_t node) const {
  if (where_[node] != nullptr) {
    return where_[node];
  }
  const bool is_row = nodes_[node].process == peers_.process() && nodes_[node].count == 1;
  return is_row ? row_(nodes_[node].first) : node_rows_.row(0, node);
}

template <class S>
void Averager<S>::mean_block(
    Node tree, CoordinateRange range, bool from_nodes, S* scratch, S* out) {
  const auto leaf = [&](int first, int count) -> const S* {
    if (!from_nodes) {
      return count == 1 ? row_(first) + range.begin : nullptr;
    }
    for (std::size_t k = 0; k < nodes_.size(); ++k) {
      if (nodes_[k].first == first && nodes_[k].count == count) {
        return node_row(k) + range.begin;
      }
    }
    return nullptr;
  };
  const TreeMean<S, decltype(leaf)> tree_mean(leaf, weights_, range.size(), scratch);
  const S* const result = tree_mean(tree.first, tree.count, 0, out + range.begin);
  if (result != out + range.begin) {
    std::memcpy(out + range.begin, result, range.size() * sizeof(S));
  }
}

template <class S>
void Averager<S>::mean_in_parallel(Node tree, S* out) {
  const std::size_t row_size = peers_.buckets->row_size();
  pool_->run((row_size + kBlock - 1) / kBlock, [&](std::size_t index, int thread) {
    const std::size_t begin = index * kBlock;
    S* const scratch = scratch_[static_cast<std::size_t>(thread)].data();
    mean_block(tree, {begin, std::min(row_size, begin + kBlock)}, false, scratch, out);
  });
}

template <class S>
void Averager<S>::mean_alone(Node tree, CoordinateRange range, bool from_nodes, S* out) {
  for (std::size_t begin = range.begin; begin < range.end; begin += kBlock) {
    const CoordinateRange block{begin, std::min(range.end, begin + kBlock)};
    mean_block(tree, block, from_nodes, scratch_.back().data(), out);
  }
}

template <class S>
Status Averager<S>::average(const RowOf<S>& row,
                            S* out,
                            comm::Tag call,
                            const comm::Memory& memory) {
  const int here = peers_.process();
  if (!std::binary_search(participants_.begin(), participants_.end(), here)) {
    return Ok{};
  }
  if (!is_spread()) {
    row_ = row;
    mean_in_parallel({range_.begin, range_.size(), 0}, out);
    return Ok{};
  }
  open(row, out, call, memory);
  for (std::size_t k = 0; k < nodes_.size(); ++k) {
    if (nodes_[k].process == here && nodes_[k].count > 1) {
      mean_in_parallel(nodes_[k], node_rows_.row(0, k));
    }
  }
  {
    const Lock lock(mutex_);
    for (std::size_t b = 0; b < parts_.size(); ++b) {
      send_parts(b);
      advance();
    }
  }
  return finish();
}

template <class S>
void Averager<S>::open(RowOf<S> row, S* out, comm::Tag call, const comm::Memory& memory) {
  MURMUR_CHECK(parts_.empty(), "an average is open already");
  row_ = std::move(row);
  out_ = out;
  call_ = call;
  memory_ = std::make_shared<std::array<comm::Memory, 2>>(
      std::array<comm::Memory, 2>{memory, node_rows_.memory()});
  status_ = Ok{};
  const comm::WorkerRange here = peers_.ownership->of(peers_.process());
  const int locals = std::min(here.end, range_.end) - std::max(here.begin, range_.begin);
  parts_.assign(peers_.buckets->count(),
                BucketState{.missing = locals, .awaited = {}, .acquired = {}});
  if (shared_rows_ != nullptr) {
    shared_rows_->swap_buffers();
  }
  for (std::size_t b = 0; b < parts_.size(); ++b) {
    receive_parts(b);
  }
}

template class Averager<float>;
template class Averager<double>;

}  // namespace murmur::engine
