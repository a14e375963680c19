// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/mix.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>
#include <utility>

#include "murmur/comm/wait_all.h"
#include "murmur/core/check.h"
#include "murmur/engine/push_weights.h"

namespace murmur::engine {
namespace {

// Adds K neighbors at a time to `out`, which starts as `own`; the additions are the same one by
// one.
template <class S, std::size_t K>
void add_neighbors(const S* __restrict own,
                   const WeightedRow<S>* in,
                   std::size_t count,
                   const S* from,
                   S* __restrict out) {
  std::array<const S*, K> rows{};
  std::array<S, K> weights{};
  for (std::size_t k = 0; k < K; ++k) {
    rows[k] = in[k].row;
    weights[k] = in[k].weight;
  }
  for (std::size_t c = 0; c < count; ++c) {
    const S x = own[c];
    S sum = from[c];
    for (std::size_t k = 0; k < K; ++k) {
      sum += weights[k] * (rows[k][c] - x);
    }
    out[c] = sum;
  }
}

// out[c] += share row[c]
template <class S>
void add_share(const S* __restrict row, S share, std::size_t count, S* __restrict out) {
  for (std::size_t c = 0; c < count; ++c) {
    out[c] += share * row[c];
  }
}

template <class S>
std::span<const std::byte> bytes_of(const S* row, std::size_t count) {
  return std::as_bytes(std::span<const S>(row, count));
}

}  // namespace

template <class S>
void mix_row(const S* own, const std::vector<WeightedRow<S>>& in, std::size_t count, S* out) {
  std::size_t k = 0;
  const S* from = own;
  if (in.empty()) {
    std::memcpy(out, own, count * sizeof(S));
  }
  while (k < in.size()) {
    const std::size_t left = in.size() - k;
    const std::size_t taken = std::min<std::size_t>(left, 4);
    const WeightedRow<S>* some = &in[k];
    switch (taken) {
      case 1:
        add_neighbors<S, 1>(own, some, count, from, out);
        break;
      case 2:
        add_neighbors<S, 2>(own, some, count, from, out);
        break;
      case 3:
        add_neighbors<S, 3>(own, some, count, from, out);
        break;
      default:
        add_neighbors<S, 4>(own, some, count, from, out);
        break;
    }
    k += taken;
    from = out;
  }
}

template <class S>
Mixer<S>::Mixer(std::shared_ptr<const topology::Topology> topology,
                const comm::Ownership* ownership,
                comm::Transport* transport,
                Rows<S>* rows)
    : topology_(std::move(topology)), ownership_(ownership), transport_(transport), rows_(rows) {}

template <class S>
Status Mixer<S>::start(std::int64_t step, const std::vector<std::size_t>& fields, comm::Tag tag) {
  if (!matrix_ || topology_->period() != 1) {
    matrix_ = topology_->at(step);
    set_weights(*matrix_);
  }
  return transport_ == nullptr ? Status(Ok{}) : exchange(fields, tag);
}

template <class S>
Status Mixer<S>::start_with(const topology::MixingMatrix& matrix,
                            const std::vector<std::size_t>& fields,
                            comm::Tag tag) {
  matrix_.reset();
  set_weights(matrix);
  return transport_ == nullptr ? Status(Ok{}) : exchange(fields, tag);
}

template <class S>
void Mixer<S>::set_weights(const topology::MixingMatrix& matrix) {
  const comm::WorkerRange local = rows_->local();
  std::set<int> ghosts;
  std::set<std::pair<int, int>> sends;
  edges_ = matrix.edges();
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const bool from_here = local.contains(neighbor.worker);
      if (local.contains(i) && !from_here) {
        ghosts.insert(neighbor.worker);
      }
      if (!local.contains(i) && from_here) {
        sends.emplace(ownership_->owner(i), neighbor.worker);
      }
    }
  }
  ghosts_.assign(ghosts.begin(), ghosts.end());
  sends_.assign(sends.begin(), sends.end());
  in_.assign(static_cast<std::size_t>(local.size()), {});
  own_.clear();
  const std::vector<double> own = own_shares(matrix);
  for (int i = local.begin; i < local.end; ++i) {
    own_.push_back(static_cast<S>(own[static_cast<std::size_t>(i)]));
    auto& in = in_[static_cast<std::size_t>(i - local.begin)];
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const auto ghost = std::lower_bound(ghosts_.begin(), ghosts_.end(), neighbor.worker);
      in.push_back({.remote = !local.contains(neighbor.worker),
                    .worker = neighbor.worker,
                    .ghost = static_cast<std::size_t>(ghost - ghosts_.begin()),
                    .weight = static_cast<S>(neighbor.weight)});
    }
  }
}

template <class S>
Status Mixer<S>::exchange(const std::vector<std::size_t>& fields, comm::Tag tag) {
  const std::size_t needed = fields.size();
  if (!ghosts_.empty() &&
      (ghost_rows_ == nullptr || ghost_rows_->rows(0) < ghosts_.size() * needed)) {
    ghost_rows_ = std::make_unique<Arena<S>>(std::vector<std::size_t>{ghosts_.size() * needed},
                                             rows_->row_size());
  }
  std::vector<comm::Ticket> tickets;
  for (std::size_t g = 0; g < ghosts_.size(); ++g) {
    for (std::size_t f = 0; f < needed; ++f) {
      S* row = ghost_rows_->row(0, f * ghosts_.size() + g);
      tickets.push_back(
          transport_->receive(ownership_->owner(ghosts_[g]),
                              tag,
                              std::as_writable_bytes(std::span<S>(row, rows_->row_size()))));
    }
  }
  for (const auto& [process, worker] : sends_) {
    for (const std::size_t field : fields) {
      tickets.push_back(transport_->send(
          process, tag, bytes_of<S>(rows_->row(field, worker), rows_->row_size())));
    }
  }
  // Rows are mixed in place, so what is sent must have left before the first block.
  if (const Status status = comm::wait_all(*transport_, tickets); !status) {
    return status.failure().in("mixing with the neighbors");
  }
  return Ok{};
}

template <class S>
const S* Mixer<S>::row_of(const InRow& in, std::size_t field_place, std::size_t field) const {
  return in.remote ? ghost_rows_->row(0, field_place * ghosts_.size() + in.ghost)
                   : rows_->row(field, in.worker);
}

template <class S>
void Mixer<S>::block(const std::vector<std::size_t>& fields,
                     CoordinateRange range,
                     S* scratch) const {
  const comm::WorkerRange local = rows_->local();
  thread_local std::vector<WeightedRow<S>> in;
  for (std::size_t f = 0; f < fields.size(); ++f) {
    for (int i = local.begin; i < local.end; ++i) {
      const auto place = static_cast<std::size_t>(i - local.begin);
      if (in_[place].empty()) {
        continue;
      }
      in.clear();
      for (const InRow& neighbor : in_[place]) {
        in.push_back({row_of(neighbor, f, fields[f]) + range.begin, neighbor.weight});
      }
      mix_row(
          rows_->row(fields[f], i) + range.begin, in, range.size(), scratch + place * range.size());
    }
    for (int i = local.begin; i < local.end; ++i) {
      const auto place = static_cast<std::size_t>(i - local.begin);
      if (!in_[place].empty()) {
        std::memcpy(rows_->row(fields[f], i) + range.begin,
                    scratch + place * range.size(),
                    range.size() * sizeof(S));
      }
    }
  }
}

template <class S>
void Mixer<S>::push_block(std::size_t field, CoordinateRange range, S* scratch) const {
  const comm::WorkerRange local = rows_->local();
  for (int i = local.begin; i < local.end; ++i) {
    const auto place = static_cast<std::size_t>(i - local.begin);
    S* const out = scratch + place * range.size();
    const S* const own = rows_->row(field, i) + range.begin;
    for (std::size_t c = 0; c < range.size(); ++c) {
      out[c] = own_[place] * own[c];
    }
    for (const InRow& in : in_[place]) {
      add_share(row_of(in, 0, field) + range.begin, in.weight, range.size(), out);
    }
  }
  for (int i = local.begin; i < local.end; ++i) {
    const auto place = static_cast<std::size_t>(i - local.begin);
    std::memcpy(rows_->row(field, i) + range.begin,
                scratch + place * range.size(),
                range.size() * sizeof(S));
  }
}

template <class S>
void Mixer<S>::send_block(std::size_t field, std::size_t slot, CoordinateRange range) const {
  const comm::WorkerRange local = rows_->local();
  for (int i = local.begin; i < local.end; ++i) {
    S* const out = rows_->row(slot, i) + range.begin;
    std::fill(out, out + range.size(), S(0));
    for (const InRow& in : in_[static_cast<std::size_t>(i - local.begin)]) {
      add_share(row_of(in, 0, field) + range.begin, in.weight, range.size(), out);
    }
  }
  for (int i = local.begin; i < local.end; ++i) {
    S* const own = rows_->row(field, i) + range.begin;
    const S share = own_[static_cast<std::size_t>(i - local.begin)];
    for (std::size_t c = 0; c < range.size(); ++c) {
      own[c] *= share;
    }
  }
}

template void mix_row(const float*, const std::vector<WeightedRow<float>>&, std::size_t, float*);
template void mix_row(const double*, const std::vector<WeightedRow<double>>&, std::size_t, double*);
template class Mixer<float>;
template class Mixer<double>;

}  // namespace murmur::engine
