// SPDX-License-Identifier: Apache-2.0
// How a run ends when a loss becomes non-finite. A single process ends after the first step with
// such a loss. Several processes run asynchronously, so when they agree to end some have made
// further steps: all of them go back to the state after that step, so that every number of
// processes ends with the same bits.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "murmur/run/train/session.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {

template <class S>
Status Session<S>::account(std::span<const double> losses) {
  const std::span<const double> weights = engine_->loss_weights();
  double sum = 0;
  double weight = 0;
  bool finite = true;
  for (std::size_t i = 0; i < losses.size(); ++i) {
    state_.loss_sums[i] += losses[i];
    state_.loss_weights[i] += weights[i];
    sum += losses[i];
    weight += weights[i];
    if (!std::isfinite(losses[i]) && diverged_at_[i] < 0) {
      diverged_at_[i] = static_cast<double>(step() - 1);
      finite = false;
    }
  }
  last_loss_ = weight > 0 ? sum / weight : last_loss_;
  return finite ? Ok{} : diverge();
}

template <class S>
Status Session<S>::diverged(std::int64_t step, int worker) {
  status_ = "diverged";
  return Failure{FailureKind::kDiverged,
                 fmt::format("diverged: the loss of worker {} became non-finite at step {}. A "
                             "smaller learning rate or a warm-up may help",
                             worker,
                             step)};
}

// A single process ends at once; several processes end at the next common check, which may be after
// this step.
template <class S>
Status Session<S>::diverge() {
  if (world_ == nullptr) {
    const auto first =
        std::find_if(diverged_at_.begin(), diverged_at_.end(), [](double at) { return at >= 0; });
    return diverged(step() - 1, static_cast<int>(first - diverged_at_.begin()));
  }
  if (!called_ && !line_is_due() && !checkpoint_is_due()) {
    called_ = true;
    world_->agreement()->request({.purpose = kDiverged});
  }
  return Ok{};
}

// All processes have made the steps before this one, so the gathered values are complete for those
// steps.
template <class S>
Status Session<S>::require_finite() {
  if (world_ == nullptr) {
    return Ok{};  // a single process has already ended in diverge()
  }
  const auto all = engine_->collectives().gather(diverged_at_);
  if (!all) {
    return all.failure();
  }
  double first = std::numeric_limits<double>::infinity();
  int worker = -1;
  for (std::size_t i = 0; i < all.value().size(); ++i) {
    const double at = all.value()[i];
    if (at >= 0 && at < first) {
      first = at;
      worker = static_cast<int>(i);
    }
  }
  if (worker < 0) {
    return Ok{};
  }
  const auto at = static_cast<std::int64_t>(first);
  const Status back = go_back(at + 1);
  return back ? diverged(at, worker) : back;
}

// Repeats the steps from the newest checkpoint at or before `target`, or from the start.
template <class S>
Status Session<S>::go_back(std::int64_t target) {
  if (step() == target) {
    return Ok{};
  }
  engine_->trace(nullptr);
  if (const Status settled = engine_->settle(); !settled) {
    return settled;
  }
  checkpoint::CheckpointPlace place = checkpoint_place();
  place.last_step = target;
  if (const auto restored = restore_checkpoint(*engine_, place); !restored) {
    if (restored.failure().kind == FailureKind::kPeer) {
      return restored.failure();
    }
    engine_->restart();
  }
  while (step() < target) {
    if (const auto losses = engine_->step(schedule_.rate(step())); !losses) {
      return losses.failure().in(fmt::format("going back to step {}", target));
    }
  }
  if (timeline_) {
    timeline_ = make_timeline(
        config_,
        engine_->program(),
        graph_,
        message_extent(config_, engine_->program(), engine_->layout(), problem_->buffers()),
        event_schedule_,
        setup_.steps_per_epoch());
  }
  return keep_time();
}

template class Session<float>;
template class Session<double>;

}  // namespace murmur::run
