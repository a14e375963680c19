// SPDX-License-Identifier: Apache-2.0
// The passes that begin with a communication: mixing, pushing, the exact average.
#include <chrono>

#include "murmur/engine/performer.h"

namespace murmur::engine {
namespace {

using SteadyClock = std::chrono::steady_clock;

double seconds_since(SteadyClock::time_point start) {
  return std::chrono::duration<double>(SteadyClock::now() - start).count();
}

}  // namespace

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
  if (Status status = mixer_.start(counters_.step, fields, tag); !status) {
    return status;
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
  const std::size_t from = pass.head->fields.front();
  const RowOf<S> row = [&](int worker) { return rows_.row(from, worker); };
  S* const into = rows_.row(pass.head->into, rows_.local().begin);
  const auto started = SteadyClock::now();
  if (Status status = averager_.average(row, into, tag); !status) {
    return status;
  }
  (parts_.transport == nullptr ? times_.algorithm_s : times_.wait_s) += seconds_since(started);
  over_blocks(pass, {});
  // As a ring all-reduce: every worker sends 2 (n - 1) parts of 1/n of the message.
  const std::int64_t workers = parts_.ownership.workers();
  counters_.bytes_sent +=
      2 * (workers - 1) *
      static_cast<std::int64_t>(parts_.problem->layout().parameters() * sizeof(S));
  counters_.messages += 2 * (workers - 1) * workers;
  return Ok{};
}

template Performer<float>::BeforeBlock Performer<float>::mixing_of(const Stage<float>&);
template Performer<double>::BeforeBlock Performer<double>::mixing_of(const Stage<double>&);
template Status Performer<float>::talk(const Pass<float>&, comm::Tag);
template Status Performer<double>::talk(const Pass<double>&, comm::Tag);
template Status Performer<float>::average(const Pass<float>&, comm::Tag);
template Status Performer<double>::average(const Pass<double>&, comm::Tag);

}  // namespace murmur::engine
