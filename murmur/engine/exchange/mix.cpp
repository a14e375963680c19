// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/mix.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/engine/exchange/push_weights.h"

namespace murmur::engine {

template <class S>
Mixer<S>::Mixer(std::shared_ptr<const topology::Topology> topology,
                const Peers& peers,
                Rows<S>* rows,
                Of of)
    : topology_(std::move(topology)), rows_(rows), buckets_(peers.buckets) {
  if (peers.transport != nullptr) {
    exchange_.emplace(peers);
  }
  if (of == Of::kCopies) {
    const auto workers = static_cast<std::size_t>(rows->local().size());
    copies_.emplace(std::vector<std::size_t>{workers}, buckets_->row_size());
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
    exchange_->open(fields.size(), tag, copies_ ? copies_->memory() : rows_->memory());
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
  const std::vector<int> remote_neighbors =
      exchange_ ? exchange_->remote_neighbors() : std::vector<int>();
  in_.assign(static_cast<std::size_t>(local.size()), {});
  own_.clear();
  const std::vector<double> own = own_shares(matrix);
  for (int i = local.begin; i < local.end; ++i) {
    own_.push_back(static_cast<S>(own[static_cast<std::size_t>(i)]));
    auto& in = in_[static_cast<std::size_t>(i - local.begin)];
    for (const topology::Neighbor& neighbor : matrix.in(i)) {
      const auto remote_neighbor =
          std::lower_bound(remote_neighbors.begin(), remote_neighbors.end(), neighbor.worker);
      in.push_back(
          {.remote = !local.contains(neighbor.worker),
           .worker = neighbor.worker,
           .remote_neighbor = static_cast<std::size_t>(remote_neighbor - remote_neighbors.begin()),
           .weight = static_cast<S>(neighbor.weight)});
    }
  }
}

template <class S>
void Mixer<S>::post(int worker, std::size_t bucket) {
  if (copies_) {
    const CoordinateRange range = buckets_->range(bucket);
    const auto place = static_cast<std::size_t>(worker - rows_->local().begin);
    std::memcpy(copies_->row(0, place) + range.begin,
                rows_->row(fields_.front(), worker) + range.begin,
                range.size() * sizeof(S));
  }
  if (exchange_) {
    exchange_->send(
        worker, bucket, [this](std::size_t place, int of) { return own_row(place, of); });
  }
}

template <class S>
Status Mixer<S>::wait(std::size_t bucket) {
  return exchange_ ? exchange_->wait(bucket) : Status(Ok{});
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
  return in.remote ? exchange_->row(place, in.remote_neighbor) : own_row(place, in.worker);
}

template <class S>
const std::vector<WeightedRow<S>>& Mixer<S>::neighbors(int worker,
                                                       std::size_t place,
                                                       std::size_t begin) const {
  thread_local std::vector<WeightedRow<S>> in;
  in.clear();
  for (const InRow& neighbor : in_[static_cast<std::size_t>(worker - rows_->local().begin)]) {
    in.push_back({row_of(neighbor, place) + begin, neighbor.weight});
  }
  return in;
}

// Rows that others here mix as well change only when all have been mixed.
template <class S>
void Mixer<S>::block(CoordinateRange range, S* scratch) const {
  const comm::WorkerRange local = rows_->local();
  for (std::size_t f = 0; f < fields_.size(); ++f) {
    const auto own = [&](int worker) { return rows_->row(fields_[f], worker) + range.begin; };
    const auto out = [&](int worker) {
      return scratch + static_cast<std::size_t>(worker - local.begin) * range.size();
    };
    if (local.size() == 1 &&
        mix_in_place(neighbors(local.begin, f, range.begin), range.size(), own(local.begin))) {
      continue;
    }
    for (int i = local.begin; i < local.end; ++i) {
      if (has_in_neighbors(i)) {
        mix_row(own(i), neighbors(i, f, range.begin), range.size(), out(i));
      }
    }
    for (int i = local.begin; i < local.end; ++i) {
      if (has_in_neighbors(i)) {
        std::memcpy(own(i), out(i), range.size() * sizeof(S));
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

template class Mixer<float>;
template class Mixer<double>;

}  // namespace murmur::engine
