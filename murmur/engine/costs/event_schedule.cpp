// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/costs/event_schedule.h"

#include <algorithm>
#include <cmath>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::engine {
namespace {

constexpr double kHalf = 0.5;

}  // namespace

bool EventBatch::acts(int worker) const {
  const auto found = std::lower_bound(
      actors.begin(), actors.end(), worker, [](const Actor& a, int w) { return a.worker < w; });
  return found != actors.end() && found->worker == worker;
}

EventSchedule::EventSchedule(std::shared_ptr<const topology::Topology> topology,
                             Pace pace,
                             std::uint64_t seed)
    : topology_(std::move(topology)), pace_(std::move(pace)), seed_(seed) {
  start_over();
}

void EventSchedule::start_over() {
  const int workers = topology_->workers();
  next_ = 0;
  now_s_ = 0;
  due_ = {};
  gradients_.assign(static_cast<std::size_t>(workers), 0);
  for (int worker = 0; worker < workers; ++worker) {
    if (const double ready = pace_.gradient_s(worker, 0, 0); std::isfinite(ready)) {
      due_.emplace(ready, worker);
    }
  }
}

Status EventSchedule::go_to(std::int64_t step) {
  MURMUR_CHECK(step >= 0, "step {}", step);
  if (step < next_ - 1) {
    start_over();
  }
  while (next_ <= step) {
    if (Status status = next_step(); !status) {
      return status;
    }
  }
  return Ok{};
}

Status EventSchedule::next_step() {
  const int workers = topology_->workers();
  if (next_ == 0 || topology_->period() != 1) {
    graph_ = topology_->at(next_);
  }
  batches_.clear();
  behind_.assign(static_cast<std::size_t>(workers), 0);
  for (int event = 0; event < workers; ++event) {
    if (due_.empty()) {
      return Failure{FailureKind::kPeer,
                     "no worker is left: all are gone or will never finish their gradient"};
    }
    const auto [ready, worker] = due_.top();
    due_.pop();
    const int partner = partner_of(worker, ready);
    const double over = partner < 0 ? ready : ready + meeting_s(worker, partner, ready);
    join(worker, partner);
    now_s_ = std::max(now_s_, over);
    const double next =
        over + pace_.gradient_s(worker, ++gradients_[static_cast<std::size_t>(worker)], over);
    if (std::isfinite(next)) {
      due_.emplace(next, worker);
    }
  }
  for (EventBatch& batch : batches_) {
    std::sort(batch.actors.begin(), batch.actors.end(), [](const auto& a, const auto& b) {
      return a.worker < b.worker;
    });
  }
  ++next_;
  return Ok{};
}

int EventSchedule::partner_of(int worker, double at_s) const {
  std::vector<int> reachable;
  for (const topology::Neighbor& neighbor : graph_.in(worker)) {
    if (std::isfinite(meeting_s(worker, neighbor.worker, at_s))) {
      reachable.push_back(neighbor.worker);
    }
  }
  if (reachable.empty()) {
    return -1;
  }
  const Random draw(seed_, Stream::kPartner, worker, gradients_[static_cast<std::size_t>(worker)]);
  return reachable[draw.below(0, reachable.size())];
}

double EventSchedule::meeting_s(int worker, int partner, double at_s) const {
  return pace_.meeting_s(worker, partner, gradients_[static_cast<std::size_t>(worker)], at_s);
}

void EventSchedule::join(int worker, int partner) {
  const auto w = static_cast<std::size_t>(worker);
  const bool meets = partner >= 0;
  const auto p = static_cast<std::size_t>(meets ? partner : worker);
  const std::size_t place = std::max(behind_[w], behind_[p]);
  if (place == batches_.size()) {
    batches_.push_back({{}, topology::MixingMatrix(topology_->workers())});
  }
  behind_[w] = behind_[p] = place + 1;
  EventBatch& batch = batches_[place];
  batch.actors.push_back({worker, gradients_[w]});
  if (meets) {
    batch.mixing.set_self(worker, kHalf);
    batch.mixing.set_self(partner, kHalf);
    batch.mixing.set_in(worker, {{partner, kHalf}});
    batch.mixing.set_in(partner, {{worker, kHalf}});
  }
}

}  // namespace murmur::engine
