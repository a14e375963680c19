// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/exchange/coded_average.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace murmur::engine {
namespace {

Peers with_buckets(Peers peers, const Buckets* buckets) {
  peers.buckets = buckets;
  return peers;
}

// What encodes tensors one by one; none where factors are averaged.
template <class S>
std::shared_ptr<const codecs::Compression<S>> of_tensors(
    const std::shared_ptr<const codecs::Compression<S>>& compression) {
  return compression == nullptr || compression->coding.codec == nullptr ? nullptr : compression;
}

}  // namespace

template <class S>
CodedAverager<S>::Phase::Phase(const Layout& layout,
                               const Peers& peers,
                               threads::Pool* pool,
                               comm::WorkerRange local)
    : local(local),
      buckets(layout, sizeof(S)),
      rows({static_cast<std::size_t>(local.size()), 1}, layout.row_size()),
      averager(with_buckets(peers, &buckets), pool, {0, peers.ownership->workers()}) {}

template <class S>
Status CodedAverager<S>::Phase::average(comm::Tag tag) {
  return averager.average([this](int worker) { return row(worker); }, mean(), tag, rows.memory());
}

template <class S>
CodedAverager<S>::CodedAverager(const Layout& layout,
                                std::shared_ptr<const codecs::Compression<S>> compression,
                                const Peers& peers,
                                threads::Pool* pool,
                                Rows<S>* rows)
    : compression_(std::move(compression)),
      peers_(peers),
      pool_(pool),
      rows_(rows),
      local_(rows->local()),
      codec_(layout, of_tensors(compression_)),
      slots_(layout.tensors().begin(), layout.tensors().end()) {
  if (compression_ == nullptr) {
    return;
  }
  if (compression_->coding.low_rank == nullptr) {
    if (compression_->coding.codec->adds_up()) {
      const std::size_t bytes = codec_.message_bytes(compression_->start_step);
      Layout sums(sizeof(S));
      sums.add("message", {static_cast<std::int64_t>(bytes / sizeof(S))});
      phases_[0] = std::make_unique<Phase>(sums, peers, pool, local_);
    }
    return;
  }
  factors_.emplace(layout, compression_);
  for (std::size_t k = 0; k < phases_.size(); ++k) {
    if (factors_->phase(k).row_size() > 0) {
      phases_[k] = std::make_unique<Phase>(factors_->phase(k), peers, pool, local_);
    }
  }
  start_.resize(factors_->phase(1).row_size());
}

template <class S>
Status CodedAverager<S>::average(const CodedAverageStage& stage,
                                 std::int64_t step,
                                 comm::Tag tag,
                                 Averager<S>& whole) {
  encoded_bytes_ = std::nullopt;
  if (compression_ == nullptr || step < compression_->start_step) {
    return average_whole(stage, tag, whole);
  }
  if (factors_) {
    return average_factors(stage, step, tag);
  }
  return phases_[0] != nullptr ? average_sums(stage, step, tag) : gather(stage, step, tag);
}

template <class S>
Status CodedAverager<S>::average_whole(const CodedAverageStage& stage,
                                       comm::Tag tag,
                                       Averager<S>& whole) {
  const std::size_t bytes = rows_->row_size(stage.field) * sizeof(S);
  for_each(stage.decoded ? 1 : 0, [&](int worker, std::size_t /*tensor*/) {
    std::memcpy(rows_->row(*stage.decoded, worker), rows_->row(stage.field, worker), bytes);
  });
  return whole.average([&](int worker) { return rows_->row(stage.field, worker); },
                       rows_->row(stage.into, local_.begin),
                       tag,
                       rows_->memory());
}

// Both averages have one tag: messages of one tag arrive in the order in which they were sent.
template <class S>
Status CodedAverager<S>::average_factors(const CodedAverageStage& stage,
                                         std::int64_t step,
                                         comm::Tag tag) {
  const std::size_t tensors = factors_->tensors();
  S* const kept = rows_->row(*stage.kept, local_.begin);
  factors_->start(kept, step, start_.data());
  Phase& p = *phases_[0];
  for_each(tensors, [&](int worker, std::size_t tensor) {
    factors_->first(tensor, rows_->row(stage.field, worker), start_.data(), p.row(worker));
  });
  if (Status averaged = p.average(tag); !averaged) {
    return averaged;
  }
  const S* q_mean = nullptr;
  if (phases_[1] != nullptr) {
    Phase& q = *phases_[1];
    factors_->orthonormalize(p.mean());
    for_each(tensors, [&](int worker, std::size_t tensor) {
      factors_->second(tensor, rows_->row(stage.field, worker), p.mean(), q.row(worker));
    });
    if (Status averaged = q.average(tag); !averaged) {
      return averaged;
    }
    q_mean = q.mean();
    factors_->keep(q_mean, kept);
  }
  S* const into = rows_->row(stage.into, local_.begin);
  pool_->run(tensors, [&](std::size_t tensor, int /*thread*/) {
    factors_->decode(tensor, p.mean(), q_mean, into);
  });
  for_each(tensors, [&](int worker, std::size_t tensor) {
    const TensorSlot& slot = slots_[tensor];
    const S* const from = factors_->is_whole(tensor) ? rows_->row(stage.field, worker) : into;
    std::copy_n(from + slot.offset, slot.size, rows_->row(*stage.decoded, worker) + slot.offset);
  });
  return Ok{};
}

template <class S>
void CodedAverager<S>::decode(std::size_t tensor,
                              const std::byte* message,
                              std::int64_t step,
                              S* row) const {
  const TensorSlot& slot = slots_[tensor];
  std::fill_n(row + slot.offset, slot.size, S(0));
  codec_.decode_add(tensor, message, step, S(1), row);
}

template <class S>
Status CodedAverager<S>::average_sums(const CodedAverageStage& stage,
                                      std::int64_t step,
                                      comm::Tag tag) {
  Phase& sums = *phases_[0];
  for_each(codec_.tensors(), [&](int worker, std::size_t tensor) {
    auto* const message = reinterpret_cast<std::byte*>(sums.row(worker));
    codec_.encode(
        tensor, rows_->row(stage.field, worker), {.worker = worker, .step = step}, message);
    if (stage.decoded) {
      decode(tensor, message, step, rows_->row(*stage.decoded, worker));
    }
  });
  if (Status averaged = sums.average(tag); !averaged) {
    return averaged;
  }
  pool_->run(codec_.tensors(), [&](std::size_t tensor, int /*thread*/) {
    const auto* const mean = reinterpret_cast<const std::byte*>(sums.mean());
    decode(tensor, mean, step, rows_->row(stage.into, local_.begin));
  });
  return Ok{};
}

template <class S>
std::size_t CodedAverager<S>::bytes() const {
  std::size_t bytes = 0;
  for (const std::unique_ptr<Phase>& phase : phases_) {
    bytes += phase == nullptr ? 0 : phase->rows.bytes();
  }
  return bytes;
}

template class CodedAverager<float>;
template class CodedAverager<double>;

}  // namespace murmur::engine
