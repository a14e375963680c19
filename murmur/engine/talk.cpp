// SPDX-License-Identifier: Apache-2.0
// The passes that begin with a communication: mixing, pushing, the exact average.
#include "murmur/engine/performer.h"
#include "murmur/engine/stopwatch.h"
#include "murmur/engine/traffic.h"

namespace murmur::engine {
template <class S>
typename Performer<S>::BeforeBlock Performer<S>::mixing_of(const Stage<S>& stage) {
  const auto scratch = [this](int thread) {
    return scratch_[static_cast<std::size_t>(thread)].data();
  };
  if (stage.kind == StageKind::kSend) {
    return [this, &stage](CoordinateRange range, int) {
      mixer_.send_block(stage.fields[0], stage.fields[1], range);
    };
  }
  if (stage.kind == StageKind::kPush && push_weights_.differ()) {
    return [this, &stage, scratch](CoordinateRange range, int thread) {
      mixer_.push_block(stage.fields[0], range, scratch(thread));
    };
  }
  return [this, &stage, scratch](CoordinateRange range, int thread) {
    mixer_.block(stage.fields, range, scratch(thread));
  };
}

template <class S>
Status Performer<S>::talk(const Pass<S>& pass, comm::Tag tag) {
  const Stage<S>& stage = *pass.head;
  const bool sends = stage.kind == StageKind::kSend;
  const std::vector<std::size_t> fields =
      sends ? std::vector<std::size_t>{stage.fields[0]} : stage.fields;
  const auto started = SteadyClock::now();
  Status met = turn_ == nullptr ? mixer_.start(counters_.step, fields, tag)
                                : mixer_.start_with(turn_->mixing, fields, tag);
  if (!met) {
    return met;
  }
  times_.wait_s += seconds_since(started);
  if (sends) {
    push_weights_.send(mixer_.matrix(), stage.slot);
  } else if (stage.kind == StageKind::kPush) {
    push_weights_.mix(mixer_.matrix());
  }
  over_blocks(pass, mixing_of(stage));
  std::size_t message = fields.size() * parts_.problem->layout().parameters() * sizeof(S);
  if (stage.kind != StageKind::kMix && push_weights_.differ()) {
    message += sizeof(S);
  }
  counters_.bytes_sent += mixer_.edges() * static_cast<std::int64_t>(message);
  counters_.messages += mixer_.edges();
  return Ok{};
}

template <class S>
Status Performer<S>::average(const Pass<S>& pass, comm::Tag tag) {
  const auto started = SteadyClock::now();
  if (Status status = take_average(*pass.head, tag); !status) {
    return status;
  }
  (parts_.transport == nullptr ? times_.algorithm_s : times_.wait_s) += seconds_since(started);
  over_blocks(pass, {});
  const std::size_t message = parts_.problem->layout().parameters() * sizeof(S);
  const Traffic sent = average_traffic(
      parts_.ownership.workers(), pass.head->group, static_cast<std::int64_t>(message));
  counters_.bytes_sent += sent.bytes;
  counters_.messages += sent.messages;
  return Ok{};
}

template <class S>
Status Performer<S>::take_average(const Stage<S>& stage, comm::Tag tag) {
  const std::size_t from = stage.fields.front();
  if (stage.group == 0) {
    return averager_.average([&](int worker) { return rows_.row(from, worker); },
                             rows_.row(stage.into, rows_.local().begin),
                             tag);
  }
  const auto made = group_averagers_.try_emplace(
      stage.group, &parts_.ownership, parts_.transport, parts_.pool, &rows_, stage.group);
  return made.first->second.average(from, stage.into, tag);
}

template Performer<float>::BeforeBlock Performer<float>::mixing_of(const Stage<float>&);
template Performer<double>::BeforeBlock Performer<double>::mixing_of(const Stage<double>&);
template Status Performer<float>::talk(const Pass<float>&, comm::Tag);
template Status Performer<double>::talk(const Pass<double>&, comm::Tag);
template Status Performer<float>::average(const Pass<float>&, comm::Tag);
template Status Performer<double>::average(const Pass<double>&, comm::Tag);
template Status Performer<float>::take_average(const Stage<float>&, comm::Tag);
template Status Performer<double>::take_average(const Stage<double>&, comm::Tag);

}  // namespace murmur::engine
