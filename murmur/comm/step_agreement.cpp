// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/step_agreement.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace murmur::comm {
namespace {

// A notice's kind encodes the run, the message's Kind, and the purpose of its request.
constexpr int kPurposes = 1001;
constexpr int kKinds = 5;

int kind_of(const Notice& notice) {
  return notice.kind / kPurposes % kKinds;
}

StepRequest request_of(const Notice& notice) {
  return {.purpose = notice.kind % kPurposes, .text = notice.text};
}

}  // namespace

StepAgreement::StepAgreement(Transport& transport, int run) : transport_(transport), run_(run) {
  transport_.on_notice([this](int from, const Notice& notice) { handle(from, notice); });
}

StepAgreement::~StepAgreement() {
  transport_.on_notice({});
}

void StepAgreement::set_wait_limit(std::chrono::milliseconds limit) {
  const Lock lock(mutex_);
  limit_ = limit;
}

void StepAgreement::start_at(std::int64_t step) {
  const Lock lock(mutex_);
  begun_ = step;
}

bool StepAgreement::has_heard_of_failure() const {
  const Lock lock(mutex_);
  return failure_.has_value();
}

Notice StepAgreement::notice_of(int kind, std::int64_t number, const StepRequest& request) const {
  return {.kind = (run_ * kKinds + kind) * kPurposes + request.purpose,
          .number = number,
          .text = request.text};
}

void StepAgreement::request(const StepRequest& request) {
  const Notice notice = notice_of(kRequest, 0, request);
  if (transport_.process() == 0) {
    handle(0, notice);
  } else {
    transport_.send_control(0, notice);
  }
}

void StepAgreement::give_up(const std::string& reason) {
  send(to_all(kGiveUp, 0, {.purpose = 0, .text = reason}));
}

StepAgreement::OutgoingList StepAgreement::to_all(int kind,
                                                  std::int64_t number,
                                                  const StepRequest& request) const {
  OutgoingList outgoing;
  for (int p = 0; p < transport_.processes(); ++p) {
    if (p != transport_.process()) {
      outgoing.push_back({p, notice_of(kind, number, request)});
    }
  }
  return outgoing;
}

void StepAgreement::send(const OutgoingList& outgoing) {
  for (const Outgoing& each : outgoing) {
    transport_.send_control(each.to, each.notice);
  }
}

void StepAgreement::handle(int from, const Notice& notice) {
  const bool of_this_run = notice.kind / kPurposes / kKinds == run_;
  if (!of_this_run && kind_of(notice) != kGiveUp) {
    return;
  }
  {
    const Lock lock(mutex_);
    // Two threads may be here. Sending under the lock keeps the order: no process may receive the
    // next query before the last decision.
    send(apply(from, notice));
  }
  changed_.notify_all();
  if (kind_of(notice) == kGiveUp) {
    transport_.fail({FailureKind::kPeer, fmt::format("process {} gave up: {}", from, notice.text)});
  }
}

StepAgreement::OutgoingList StepAgreement::apply(int from, const Notice& notice) {
  switch (kind_of(notice)) {
    case kRequest:
      requests_.push_back(request_of(notice));
      return querying_ ? OutgoingList{} : query_next();
    case kQuery:
      queried_ = true;
      return {{0, notice_of(kReply, begun_, {})}};
    case kReply:
      return apply_reply(notice.number);
    case kDecision:
      queried_ = false;
      agreed_.push_back({notice.number, request_of(notice)});
      return {};
    default:
      failure_ =
          Failure{FailureKind::kPeer, fmt::format("process {} gave up: {}", from, notice.text)};
      return {};
  }
}

StepAgreement::OutgoingList StepAgreement::query_next() {
  querying_ = queried_ = true;
  replies_ = 1;
  decided_step_ = begun_;
  if (transport_.processes() == 1) {
    return apply_reply(begun_);
  }
  return to_all(kQuery, 0, {});
}

// The last reply decides the step.
StepAgreement::OutgoingList StepAgreement::apply_reply(std::int64_t begun) {
  decided_step_ = std::max(decided_step_, begun);
  if (++replies_ < transport_.processes()) {
    return {};
  }
  const StepRequest request = std::move(requests_.front());
  requests_.pop_front();
  querying_ = queried_ = false;
  agreed_.push_back({decided_step_, request});
  OutgoingList outgoing = to_all(kDecision, decided_step_, request);
  if (!requests_.empty()) {
    for (Outgoing& each : query_next()) {
      outgoing.push_back(std::move(each));
    }
  }
  return outgoing;
}

Result<std::optional<StepRequest>> StepAgreement::poll(std::int64_t step) {
  const Lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + limit_;
  while (true) {
    if (failure_) {
      return *failure_;
    }
    if (!agreed_.empty() && agreed_.front().step <= step) {
      StepRequest request = std::move(agreed_.front().request);
      agreed_.pop_front();
      return std::optional<StepRequest>(std::move(request));
    }
    if (!queried_) {
      begun_ = step + 1;
      return std::optional<StepRequest>();
    }
    if (!changed_.wait_until(mutex_, deadline) && queried_) {
      return Failure{FailureKind::kPeer,
                     fmt::format("process {} waited before step {} to hear from process 0 how far "
                                 "the others are",
                                 transport_.process(),
                                 step)};
    }
  }
}

}  // namespace murmur::comm
