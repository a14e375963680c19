// SPDX-License-Identifier: Apache-2.0
// What a session agrees on with the other processes of its run. A single process uses its own
// values.
#include <numeric>

#include "murmur/comm/exchange.h"
#include "murmur/run/train/session.h"

namespace murmur::run {
namespace {

// Time for the first process to write the results, which may include drawing the report.
constexpr auto kToWriteResults = std::chrono::minutes(2);

}  // namespace

template <class S>
comm::Ownership Session<S>::ownership() const {
  return comm::Ownership::even(static_cast<int>(config_.workers),
                               world_ == nullptr ? 1 : world_->processes());
}

template <class S>
void Session<S>::update_wait_limit() {
  transport()->set_wait_limit(timeout_.limit());
  world_->agreement()->set_wait_limit(timeout_.limit());
}

template <class S>
Result<bool> Session<S>::goes_on() {
  if (world_ == nullptr) {
    stopped_by_ = signal();
    if (stopped_by_ == 0 && saved_step_ != step() && time_is_due()) {
      const Status saved = save();
      return saved ? Result<bool>(true) : saved.failure();
    }
    return stopped_by_ == 0;
  }
  const Clock::time_point now = Clock::now();
  if (step() > first_step_) {
    timeout_.observe(now - round_began_);
    update_wait_limit();
  }
  round_began_ = now;
  if (signal() != 0 && !called_) {
    called_ = true;
    world_->agreement()->request({.purpose = kStop, .text = std::to_string(signal())});
  }
  if (is_first() && time_is_due()) {
    saved_ = now;  // so that it calls only once
    world_->agreement()->request({.purpose = kSave});
  }
  return handle_agreed_steps();
}

template <class S>
Result<bool> Session<S>::handle_agreed_steps() {
  while (true) {
    const auto agreed = world_->agreement()->poll(step());
    if (!agreed) {
      return agreed.failure();
    }
    if (!agreed.value()) {
      return true;
    }
    if (const Status finite = require_finite(); !finite) {
      return finite.failure();
    }
    if (agreed.value()->purpose == kStop) {
      stopped_by_ = std::stoi(agreed.value()->text);
      return false;
    }
    if (const Status saved = save(); !saved) {
      return saved.failure();
    }
  }
}

template <class S>
Result<bool> Session<S>::of_first(bool value) {
  const auto first = engine_->collectives().broadcast(value ? "true" : "false");
  return first ? Result<bool>(first.value() == "true") : first.failure();
}

template <class S>
Result<double> Session<S>::mean_of(double value) {
  if (world_ == nullptr) {
    return value;
  }
  const std::vector<double> local(static_cast<std::size_t>(engine_->local().size()), value);
  const auto all = engine_->collectives().gather(local);
  if (!all) {
    return all.failure();
  }
  return std::accumulate(all.value().begin(), all.value().end(), 0.0) /
         static_cast<double>(config_.workers);
}

template <class S>
Result<double> Session<S>::all_wire_bytes() {
  if (world_ == nullptr) {
    return state_.wire_bytes;
  }
  std::vector<double> local(static_cast<std::size_t>(engine_->local().size()));
  local.front() = static_cast<double>(transport()->bytes_sent() - sent_before_);
  const auto all = engine_->collectives().gather(local);
  if (!all) {
    return all.failure();
  }
  return std::accumulate(all.value().begin(), all.value().end(), state_.wire_bytes);
}

// No process leaves before the first one has written the results or has reported why it could not.
template <class S>
Status Session<S>::leave_together(const Status& status) {
  if (world_ == nullptr) {
    return status;
  }
  const bool common = status || status.failure().kind == FailureKind::kDiverged;
  if (!common) {
    world_->give_up(status.failure().message);
    transport()->fail(status.failure());  // and stop waiting for other processes
    return status;
  }
  transport()->set_wait_limit(
      std::max<std::chrono::milliseconds>(timeout_.limit(), kToWriteResults));
  if (const auto left = comm::exchange_texts(*transport(), {}); !left) {
    return left.failure().in("waiting for the others to end");
  }
  return status;
}

// One trace file for all processes: the others close theirs, and the first one appends them to its
// own.
template <class S>
Status Session<S>::close_trace() {
  if (!trace_) {
    return Ok{};
  }
  engine_->trace(nullptr);
  Status closed = is_first() ? Status(Ok{}) : trace_->close();
  if (world_ != nullptr) {
    if (const auto exchanged = comm::exchange_texts(*transport(), {}); !exchanged) {
      return exchanged.failure();
    }
  }
  for (int p = 1; is_first() && world_ != nullptr && p < world_->processes() && closed; ++p) {
    closed = trace_->join(folder_.trace(p));
  }
  return is_first() && closed ? trace_->close() : closed;
}

template class Session<float>;
template class Session<double>;

}  // namespace murmur::run
