// SPDX-License-Identifier: Apache-2.0
#include "murmur/comm/step_agreement.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace murmur::comm {
namespace {

// A notice's kind holds the run, what it is, and the purpose of its meeting.
constexpr int kPurposes = 1001;
constexpr int kKinds = 5;

int kind_of(const Notice& notice) {
  return notice.kind / kPurposes % kKinds;
}

Meeting meeting_of(const Notice& notice) {
  return {.purpose = notice.kind % kPurposes, .text = notice.text};
}

}  // namespace

StepAgreement::StepAgreement(Transport& transport, int run) : transport_(transport), run_(run) {
  transport_.on_notice([this](int from, const Notice& notice) { hear(from, notice); });
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

Notice StepAgreement::notice_of(int kind, std::int64_t number, const Meeting& meeting) const {
  return {.kind = (run_ * kKinds + kind) * kPurposes + meeting.purpose,
          .number = number,
          .text = meeting.text};
}

void StepAgreement::call(const Meeting& meeting) {
  const Notice notice = notice_of(kCall, 0, meeting);
  if (transport_.process() == 0) {
    hear(0, notice);
  } else {
    transport_.send_control(0, notice);
  }
}

void StepAgreement::give_up(const std::string& reason) {
  deliver(to_all(kGiveUp, 0, {.purpose = 0, .text = reason}));
}

StepAgreement::Letters StepAgreement::to_all(int kind,
                                             std::int64_t number,
                                             const Meeting& meeting) const {
  Letters letters;
  for (int p = 0; p < transport_.processes(); ++p) {
    if (p != transport_.process()) {
      letters.push_back({p, notice_of(kind, number, meeting)});
    }
  }
  return letters;
}

void StepAgreement::deliver(const Letters& letters) {
  for (const Letter& letter : letters) {
    transport_.send_control(letter.to, letter.notice);
  }
}

void StepAgreement::hear(int from, const Notice& notice) {
  const bool of_this_run = notice.kind / kPurposes / kKinds == run_;
  if (!of_this_run && kind_of(notice) != kGiveUp) {
    return;
  }
  {
    const Lock lock(mutex_);
    // Two threads may be here, and nobody may hear the next question before the last appointment.
    deliver(take(from, notice));
  }
  changed_.notify_all();
  if (kind_of(notice) == kGiveUp) {
    transport_.fail({FailureKind::kPeer, fmt::format("process {} gave up: {}", from, notice.text)});
  }
}

StepAgreement::Letters StepAgreement::take(int from, const Notice& notice) {
  switch (kind_of(notice)) {
    case kCall:
      called_.push_back(meeting_of(notice));
      return asking_ ? Letters{} : ask_next();
    case kAsk:
      asked_ = true;
      return {{0, notice_of(kAnswer, begun_, {})}};
    case kAnswer:
      return take_answer(notice.number);
    case kAppoint:
      asked_ = false;
      appointed_.push_back({notice.number, meeting_of(notice)});
      return {};
    default:
      failure_ =
          Failure{FailureKind::kPeer, fmt::format("process {} gave up: {}", from, notice.text)};
      return {};
  }
}

StepAgreement::Letters StepAgreement::ask_next() {
  asking_ = asked_ = true;
  answers_ = 1;
  latest_ = begun_;
  if (transport_.processes() == 1) {
    return take_answer(begun_);
  }
  return to_all(kAsk, 0, {});
}

// The last answer makes the appointment.
StepAgreement::Letters StepAgreement::take_answer(std::int64_t begun) {
  latest_ = std::max(latest_, begun);
  if (++answers_ < transport_.processes()) {
    return {};
  }
  const Meeting meeting = std::move(called_.front());
  called_.pop_front();
  asking_ = asked_ = false;
  appointed_.push_back({latest_, meeting});
  Letters letters = to_all(kAppoint, latest_, meeting);
  if (!called_.empty()) {
    for (Letter& letter : ask_next()) {
      letters.push_back(std::move(letter));
    }
  }
  return letters;
}

Result<std::optional<Meeting>> StepAgreement::poll(std::int64_t step) {
  const Lock lock(mutex_);
  const auto deadline = std::chrono::steady_clock::now() + limit_;
  while (true) {
    if (failure_) {
      return *failure_;
    }
    if (!appointed_.empty() && appointed_.front().step <= step) {
      Meeting meeting = std::move(appointed_.front().meeting);
      appointed_.pop_front();
      return std::optional<Meeting>(std::move(meeting));
    }
    if (!asked_) {
      begun_ = step + 1;
      return std::optional<Meeting>();
    }
    if (!changed_.wait_until(mutex_, deadline) && asked_) {
      return Failure{FailureKind::kPeer,
                     fmt::format("process {} waited before step {} to hear from process 0 how far "
                                 "the others are",
                                 transport_.process(),
                                 step)};
    }
  }
}

}  // namespace murmur::comm
