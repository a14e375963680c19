// SPDX-License-Identifier: Apache-2.0
// The walk over the passes of a round.
#include <algorithm>
#include <cmath>

#include "murmur/core/check.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/ways/in_flight.h"

namespace murmur::engine {

template <class S>
Result<std::span<const double>> Engine<S>::step(double lr) {
  return consistency_.perform(counters_.step, [&]() -> Result<std::span<const double>> {
    const typename Passes<S>::OfStep& passes = open_round(lr);
    if (Status status = perform_event_batches(passes.per_batch); !status) {
      return status.failure();
    }
    if (Status status = perform_all(passes.together, 0); !status) {
      return status.failure();
    }
    return close_round();
  });
}

template <class S>
const typename Passes<S>::OfStep& Engine<S>::open_round(double lr) {
  MURMUR_CHECK(lr >= 0 && std::isfinite(lr), "lr = {}", lr);
  lr_ = lr;
  attendance_.begin(counters_.step);
  state_.averager.weigh(attendance_.weights());
  std::fill(losses_.begin(), losses_.end(), 0.0);
  std::fill(loss_weights_.begin(), loss_weights_.end(), 0.0);
  event_batch_ = nullptr;
  return passes_.at(counters_.step);
}

template <class S>
std::span<const double> Engine<S>::close_round() {
  if (!parts_.program.is_asynchronous()) {
    begin_batches();
  }
  grow_older();
  counters_.previous_lr = lr_;
  ++counters_.step;
  const bool round_ends = counters_.step % parts_.program.round_steps == 0;
  counters_.round_lr = round_ends ? 0 : counters_.round_lr + lr_;
  attendance_.store(counters_);
  counters_.push_weights = state_.weights.state();
  add_up_times();
  return losses_;
}

template <class S>
Status Engine<S>::perform_event_batches(const std::vector<Pass<S>>& passes) {
  if (passes.empty()) {
    return Ok{};
  }
  if (Status status = parts_.schedule->go_to(counters_.step); !status) {
    return status;
  }
  for (const EventBatch& batch : parts_.schedule->batches()) {
    event_batch_ = &batch;
    if (Status status = perform_all(passes, 0); !status) {
      return status;
    }
    begin_batches();
  }
  event_batch_ = nullptr;
  return Ok{};
}

template <class S>
Call Engine<S>::call_of(std::size_t pass) const {
  return {.step = counters_.step,
          .tag = state_.peers.tags.pass(pass),
          .matrix = event_batch_ == nullptr ? nullptr : &event_batch_->mixing};
}

template <class S>
Way<S>* Engine<S>::way_of(const Pass<S>& pass) const {
  return pass.head == nullptr
             ? nullptr
             : ways_[static_cast<std::size_t>(pass.head - parts_.program.round.data())].get();
}

template <class S>
Status Engine<S>::settle_before(const Pass<S>& pass) {
  const FieldSet touched =
      pass.touched_by_locals() | (pass.head == nullptr ? 0 : pass.head->touched());
  return flight_meets(state_, touched, pass.head) ? engine::settle(state_) : Ok{};
}

template <class S>
Status Engine<S>::perform_all(const std::vector<Pass<S>>& passes, std::size_t first) {
  for (std::size_t k = first; k < passes.size(); ++k) {
    const Pass<S>& pass = passes[k];
    if (Status settled = settle_before(pass); !settled) {
      return settled;
    }
    if (pass.template head_as<GradientStage<S>>() != nullptr) {
      Way<S>* const next = k + 1 < passes.size() ? way_of(passes[k + 1]) : nullptr;
      take_gradients(pass, next, call_of(k + 1));
    } else if (Status status = perform(pass, call_of(k)); !status) {
      return status;
    }
  }
  return Ok{};
}

template <class S>
Status Engine<S>::perform(const Pass<S>& pass, const Call& call) {
  if (Way<S>* const way = way_of(pass)) {
    return talk(*way, pass, call);
  }
  if (const auto* const sum = pass.template head_as<ReduceStage<S>>()) {
    reduce(*sum);
  } else if (const auto* const filters = pass.template head_as<FilterReduceStage<S>>()) {
    reduce_filters(*filters);
  } else if (const auto* const reset = pass.template head_as<ResetStage>()) {
    reinitialize(reset->fields);
    was_reset_ = true;
  } else if (const auto* const weights = pass.template head_as<ResetWeightsStage>()) {
    state_.weights.reset(weights->group);
  }
  over_blocks(pass, {0, rows_.row_size()}, {});
  return Ok{};
}

template <class S>
Status Engine<S>::talk(Way<S>& way, const Pass<S>& pass, const Call& call) {
  way.begin(call);
  Traffic sent = way.traffic({.step = counters_.step,
                              .workers = parts_.ownership.workers(),
                              .edges = way.edges(),
                              .weights_differ = state_.weights.differ(),
                              .drawn = attendance_.drawn()});
  const std::size_t units = way.by_bucket() ? buckets_.count() : 1;
  for (std::size_t unit = 0; unit < units; ++unit) {
    if (Status here = way.wait(unit); !here) {
      return here;
    }
    const CoordinateRange range =
        way.by_bucket() ? buckets_.range(unit) : CoordinateRange{0, rows_.row_size()};
    over_blocks(pass, range, way.work());
  }
  sent.bytes = way.encoded_bytes().value_or(sent.bytes);
  counters_.bytes_sent += sent.bytes;
  counters_.messages += sent.messages;
  way.close();
  return Ok{};
}

template Result<std::span<const double>> Engine<float>::step(double);
template Status Engine<float>::perform_event_batches(const std::vector<Pass<float>>&);
template const Passes<float>::OfStep& Engine<float>::open_round(double);
template std::span<const double> Engine<float>::close_round();
template Status Engine<float>::perform_all(const std::vector<Pass<float>>&, std::size_t);
template Status Engine<float>::settle_before(const Pass<float>&);
template Status Engine<float>::perform(const Pass<float>&, const Call&);
template Status Engine<float>::talk(Way<float>&, const Pass<float>&, const Call&);
template Call Engine<float>::call_of(std::size_t) const;
template Way<float>* Engine<float>::way_of(const Pass<float>&) const;
template Result<std::span<const double>> Engine<double>::step(double);
template Status Engine<double>::perform_event_batches(const std::vector<Pass<double>>&);
template const Passes<double>::OfStep& Engine<double>::open_round(double);
template std::span<const double> Engine<double>::close_round();
template Status Engine<double>::perform_all(const std::vector<Pass<double>>&, std::size_t);
template Status Engine<double>::settle_before(const Pass<double>&);
template Status Engine<double>::perform(const Pass<double>&, const Call&);
template Status Engine<double>::talk(Way<double>&, const Pass<double>&, const Call&);
template Call Engine<double>::call_of(std::size_t) const;
template Way<double>* Engine<double>::way_of(const Pass<double>&) const;

}  // namespace murmur::engine
