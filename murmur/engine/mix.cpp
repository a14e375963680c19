// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/mix.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

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
                Rows<S>* rows,
                const Buckets* buckets,
                Of of)
    : topology_(std::move(topology)), rows_(rows), buckets_(buckets) {
  if (transport != nullptr) {
    exchange_.emplace(ownership, transport, rows->local(), buckets, rows->row_size());
  }
  if (of == Of::kCopies) {
    const auto workers = static_cast<std::size_t>(rows->local().size());
    copies_.emplace(std::vector<std::size_t>{workers}, rows->row_size());
  }
}

template <class S>
void Mixer<S>::open(std::int64_t step, const std::vector<std::size_t>& fields, comm::Tag tag) {
  if (!of_step_ || topology_->period() != 1) {
    set_weights(topology_->at(step));
    of_step_ = true;
  }
  begin(fields, tag);
}

template <class S>
void Mixer<S>::open_with(const topology::MixingMatrix& matrix,
                         const std::vector<std::size_t>& fields,
                         comm::Tag tag) {
  set_weights(matrix);
  of_step_ = false;
  begin(fields, tag);
}

template <class S>
void Mixer<S>::begin(const std::vector<std::size_t>& fields, comm::Tag tag) {
  MURMUR_CHECK(!open_, "a mix is open already");
  MURMUR_CHECK(!copies_ || fields.size() == 1, "copies of {} fields", fields.size());
  fields_ = fields;
  open_ = true;
  if (exchange_) {
    exchange_->open(fields.size(), tag);
  }
}

template <class S>
void Mixer<S>::set_weights(const topology::MixingMatrix& matrix) {
  const comm::WorkerRange local = rows_->local();
  matrix_ = matrix;
  edges_ = matrix.edges();
  if (exchange_) {
    exchange_->set_graph(matrix);
  }
  const std::vector<int> ghosts = exchange_ ? exchange_->ghosts() : std::vector<int>();
  in_.assign(static_cast<std::size_t>(local.size()), {});
  own_.clear();
  const std::vector<double> own = own_shares(matrix);
  for (int i = local.begin; i < local.end; ++i) {
    own_.push_back(static_cast<S>(own[static_cast<std::size_t>(i)]));
    auto& in = in_[static_cast<std::size_t>(i - local.begin)];
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const auto ghost = std::lower_bound(ghosts.begin(), ghosts.end(), neighbor.worker);
      in.push_back({.remote = !local.contains(neighbor.worker),
                    .worker = neighbor.worker,
                    .ghost = static_cast<std::size_t>(ghost - ghosts.begin()),
                    .weight = static_cast<S>(neighbor.weight)});
    }
  }
}

template <class S>
void Mixer<S>::leave(int worker, std::size_t bucket) {
  if (copies_) {
    const CoordinateRange range = buckets_->range(bucket);
    const auto place = static_cast<std::size_t>(worker - rows_->local().begin);
    std::memcpy(copies_->row(0, place) + range.begin,
                rows_->row(fields_.front(), worker) + range.begin,
                range.size() * sizeof(S));
  }
  if (exchange_) {
    exchange_->send(worker, bucket, [this](std::size_t place, int of, std::size_t begin) {
      return own_row(place, of) + begin;
    });
  }
}

template <class S>
Status Mixer<S>::bring(std::size_t bucket) {
  return exchange_ ? exchange_->bring(bucket) : Status(Ok{});
}

template <class S>
void Mixer<S>::close() {
  if (exchange_) {
    exchange_->close();
  }
  open_ = false;
}

template <class S>
const S* Mixer<S>::own_row(std::size_t place, int worker) const {
  return copies_ ? copies_->row(0, static_cast<std::size_t>(worker - rows_->local().begin))
                 : rows_->row(fields_[place], worker);
}

template <class S>
const S* Mixer<S>::row_of(const InRow& in, std::size_t place) const {
  return in.remote ? exchange_->row(place, in.ghost) : own_row(place, in.worker);
}

template <class S>
void Mixer<S>::block(CoordinateRange range, S* scratch) const {
  const comm::WorkerRange local = rows_->local();
  thread_local std::vector<WeightedRow<S>> in;
  for (std::size_t f = 0; f < fields_.size(); ++f) {
    for (int i = local.begin; i < local.end; ++i) {
      const auto place = static_cast<std::size_t>(i - local.begin);
      if (in_[place].empty()) {
        continue;
      }
      in.clear();
      for (const InRow& neighbor : in_[place]) {
        in.push_back({row_of(neighbor, f) + range.begin, neighbor.weight});
      }
      mix_row(rows_->row(fields_[f], i) + range.begin,
              in,
              range.size(),
              scratch + place * range.size());
    }
    for (int i = local.begin; i < local.end; ++i) {
      const auto place = static_cast<std::size_t>(i - local.begin);
      if (!in_[place].empty()) {
        std::memcpy(rows_->row(fields_[f], i) + range.begin,
                    scratch + place * range.size(),
                    range.size() * sizeof(S));
      }
    }
  }
}

template <class S>
void Mixer<S>::push_block(CoordinateRange range, S* scratch) const {
  const comm::WorkerRange local = rows_->local();
  const std::size_t field = fields_.front();
  for (int i = local.begin; i < local.end; ++i) {
    const auto place = static_cast<std::size_t>(i - local.begin);
    S* const out = scratch + place * range.size();
    const S* const own = rows_->row(field, i) + range.begin;
    for (std::size_t c = 0; c < range.size(); ++c) {
      out[c] = own_[place] * own[c];
    }
    for (const InRow& in : in_[place]) {
      add_share(row_of(in, 0) + range.begin, in.weight, range.size(), out);
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
void Mixer<S>::gather_block(std::size_t slot, CoordinateRange range) const {
  const comm::WorkerRange local = rows_->local();
  for (int i = local.begin; i < local.end; ++i) {
    S* const out = rows_->row(slot, i) + range.begin;
    std::fill(out, out + range.size(), S(0));
    for (const InRow& in : in_[static_cast<std::size_t>(i - local.begin)]) {
      add_share(row_of(in, 0) + range.begin, in.weight, range.size(), out);
    }
  }
}

template <class S>
void Mixer<S>::keep_block(std::size_t field, CoordinateRange range) const {
  const comm::WorkerRange local = rows_->local();
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
