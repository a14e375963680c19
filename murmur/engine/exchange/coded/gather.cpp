// SPDX-License-Identifier: Apache-2.0
// The part of a CodedAverager that brings every worker's message to all.
#include <algorithm>
#include <cmath>

#include "murmur/engine/exchange/coded_average.h"

namespace murmur::engine {

template <class S>
Status CodedAverager<S>::gather(const CodedAverageStage& stage, std::int64_t step, comm::Tag tag) {
  const int workers = peers_.ownership->workers();
  message_bytes_ = codec_.message_bytes(step);
  if (messages_ == nullptr) {
    messages_ = std::make_shared<std::vector<std::byte>>(static_cast<std::size_t>(workers) *
                                                         message_bytes_);
  }
  if (Status agreed = agree_on_scales(stage, step, tag); !agreed) {
    return agreed;
  }
  const std::size_t tensors = codec_.tensors();
  for_each(tensors, [&](int worker, std::size_t tensor) {
    codec_.encode(tensor,
                  rows_->row(stage.field, worker),
                  {.worker = worker, .step = step, .scale = scales_[tensor]},
                  message(worker));
    if (stage.decoded) {
      decode(tensor, message(worker), step, rows_->row(*stage.decoded, worker));
    }
  });
  if (Status exchanged = codec_.varies(step) ? exchange_packed(step, tag)
                                             : exchange(messages_, message_bytes_, tag);
      !exchanged) {
    return exchanged;
  }
  S* const into = rows_->row(stage.into, local_.begin);
  const S share = static_cast<S>(1.0 / workers);
  pool_->run(tensors, [&](std::size_t tensor, int /*thread*/) {
    const TensorSlot& slot = slots_[tensor];
    std::fill_n(into + slot.offset, slot.size, S(0));
    for (int worker = 0; worker < workers; ++worker) {
      codec_.decode_add(tensor, message(worker), step, share, into);
    }
  });
  return Ok{};
}

template <class S>
Status CodedAverager<S>::exchange_packed(std::int64_t step, comm::Tag tag) {
  const auto workers = static_cast<std::size_t>(peers_.ownership->workers());
  const std::size_t each = codec_.sizes_bytes(step);
  if (sizes_ == nullptr) {
    sizes_ = std::make_shared<std::vector<std::byte>>(workers * each);
    contents_ = std::make_shared<std::vector<std::byte>>(workers * message_bytes_);
  }
  const auto sizes = [&](std::size_t worker) { return sizes_->data() + worker * each; };
  for (int worker = local_.begin; worker < local_.end; ++worker) {
    codec_.pack_sizes(message(worker), step, sizes(static_cast<std::size_t>(worker)));
  }
  if (Status exchanged = exchange(sizes_, each, tag); !exchanged) {
    return exchanged;
  }
  std::vector<std::size_t> ends{0};
  for (std::size_t worker = 0; worker < workers; ++worker) {
    ends.push_back(ends.back() + codec_.contents_bytes(sizes(worker), step));
  }
  for (int worker = local_.begin; worker < local_.end; ++worker) {
    codec_.pack_contents(
        message(worker), step, contents_->data() + ends[static_cast<std::size_t>(worker)]);
  }
  if (Status exchanged = exchange(contents_, ends, tag); !exchanged) {
    return exchanged;
  }
  pool_->run(workers, [&](std::size_t worker, int /*thread*/) {
    codec_.unpack(
        sizes(worker), contents_->data() + ends[worker], step, message(static_cast<int>(worker)));
  });
  const std::size_t of_all = workers * each + ends.back();
  encoded_bytes_ = static_cast<std::int64_t>((workers - 1) * of_all);
  return Ok{};
}

template <class S>
Status CodedAverager<S>::exchange(const Bytes& all, std::size_t each, comm::Tag tag) {
  std::vector<std::size_t> ends;
  for (int worker = 0; worker <= peers_.ownership->workers(); ++worker) {
    ends.push_back(static_cast<std::size_t>(worker) * each);
  }
  return exchange(all, ends, tag);
}

// What belongs to a process lies one behind the other, and travels as one message.
template <class S>
Status CodedAverager<S>::exchange(const Bytes& all,
                                  const std::vector<std::size_t>& ends,
                                  comm::Tag tag) {
  if (peers_.transport == nullptr) {
    return Ok{};
  }
  const comm::Tag own = peers_.tags.of(TagKind::kPlain, tag, 0);
  const auto of = [&](comm::WorkerRange workers) {
    const std::size_t begin = ends[static_cast<std::size_t>(workers.begin)];
    return std::span(all->data() + begin, ends[static_cast<std::size_t>(workers.end)] - begin);
  };
  std::vector<Awaited> awaited;
  for (int p = 0; p < peers_.ownership->processes(); ++p) {
    if (p != peers_.process()) {
      awaited.push_back({peers_.transport->receive(p, own, of(peers_.ownership->of(p)), all), p});
      awaited.push_back({peers_.transport->send(p, own, of(local_), all), p});
    }
  }
  const Status exchanged = peers_.wait_for(awaited);
  return exchanged ? exchanged : exchanged.failure().in("collecting the messages of all workers");
}

// The largest; not a number where one is none.
template <class S>
Status CodedAverager<S>::agree_on_scales(const CodedAverageStage& stage,
                                         std::int64_t step,
                                         comm::Tag tag) {
  const std::size_t tensors = codec_.tensors();
  const auto workers = static_cast<std::size_t>(peers_.ownership->workers());
  scales_.assign(tensors, 0);
  std::vector<std::size_t> common;
  for (std::size_t tensor = 0; tensor < tensors; ++tensor) {
    if (codec_.agrees_on_scale(tensor, step)) {
      common.push_back(tensor);
    }
  }
  if (common.empty()) {
    return Ok{};
  }
  const auto all = std::make_shared<std::vector<std::byte>>(workers * common.size() * sizeof(S));
  for_each(common.size(), [&](int worker, std::size_t k) {
    const S scale = codec_.scale_of(common[k], rows_->row(stage.field, worker), step);
    codecs::put(all->data(), static_cast<std::size_t>(worker) * common.size() + k, scale);
  });
  if (Status exchanged = exchange(all, common.size() * sizeof(S), tag); !exchanged) {
    return exchanged;
  }
  for (std::size_t place = 0; place < workers * common.size(); ++place) {
    const auto scale = static_cast<double>(codecs::get<S>(all->data(), place));
    double& largest = scales_[common[place % common.size()]];
    largest = std::isnan(scale) || scale > largest ? scale : largest;
  }
  return Ok{};
}

template Status CodedAverager<float>::gather(const CodedAverageStage&, std::int64_t, comm::Tag);
template Status CodedAverager<float>::exchange_packed(std::int64_t, comm::Tag);
template Status CodedAverager<float>::exchange(const Bytes&, std::size_t, comm::Tag);
template Status CodedAverager<float>::exchange(const Bytes&,
                                               const std::vector<std::size_t>&,
                                               comm::Tag);
template Status CodedAverager<float>::agree_on_scales(const CodedAverageStage&,
                                                      std::int64_t,
                                                      comm::Tag);
template Status CodedAverager<double>::gather(const CodedAverageStage&, std::int64_t, comm::Tag);
template Status CodedAverager<double>::exchange_packed(std::int64_t, comm::Tag);
template Status CodedAverager<double>::exchange(const Bytes&, std::size_t, comm::Tag);
template Status CodedAverager<double>::exchange(const Bytes&,
                                                const std::vector<std::size_t>&,
                                                comm::Tag);
template Status CodedAverager<double>::agree_on_scales(const CodedAverageStage&,
                                                       std::int64_t,
                                                       comm::Tag);

}  // namespace murmur::engine
