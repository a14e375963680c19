// SPDX-License-Identifier: Apache-2.0
// What is asked between rounds: the average model, the distance to it, another state.
#include <cmath>
#include <cstring>
#include <memory>

#include "murmur/core/check.h"
#include "murmur/core/host_program.h"
#include "murmur/engine/engine.h"
#include "murmur/engine/reduce.h"

namespace murmur::engine {

template <class S>
void Engine<S>::restore(const Counters& counters) {
  if (consistency_.is_broken()) {
    state_.mixer.close();
    for (auto& [slot, flight] : state_.in_flight) {
      flight.mixer.close();
    }
    std::fill(thread_times_.begin(), thread_times_.end(), ThreadTimes{});
    was_reset_ = false;
    consistency_.reset();
  }
  counters_ = counters;
  state_.weights.restore(counters.push_weights);
  for (auto& [copy, publisher] : state_.publishers) {
    publisher.forget();
  }
  attendance_.restore(counters);
  // Checkpoints of earlier versions have no numbers of batches: the events tell them.
  const bool by_events = parts_.program.is_asynchronous() && counters.step > 0;
  if (by_events && counters.batches.empty() && parts_.schedule->go_to(counters.step - 1)) {
    attendance_.restore_batches(parts_.schedule->gradients());
  }
}

// A group is as old as that of its first tensor was.
template <class S>
void Engine<S>::set_factors(const std::vector<TensorFactors>& by_tensor) {
  FactorRanges factors(parts_.problem->layout(), by_tensor);
  std::vector<std::size_t> before(factors.groups().size());
  const auto tensors = parts_.problem->layout().tensors();
  for (std::size_t t = tensors.size(); t-- > 0;) {
    const CoordinateRange first{tensors[t].offset, tensors[t].offset + 1};
    std::size_t old_group = 0;
    factors_.visit(first, [&](CoordinateRange, std::size_t group) { old_group = group; });
    factors.visit(first, [&](CoordinateRange, std::size_t group) { before[group] = old_group; });
  }
  attendance_.regroup(before);
  attendance_.store(counters_);
  factors_ = std::move(factors);
}

template <class S>
void Engine<S>::restart() {
  start_rows();
  restore({});
}

template <class S>
Status Engine<S>::average_model(std::span<S> average) {
  const FlushDenormals guard;
  MURMUR_CHECK(average.size() == rows_.row_size(), "a row of {}", average.size());
  if (Status usable = consistency_.status(); !usable) {
    return usable;
  }
  if (parts_.program.keeps_one_model()) {
    std::memcpy(average.data(), rows_.row(0, rows_.local().begin), average.size_bytes());
    return Ok{};
  }
  state_.averager.weigh({});
  return average_field(state_.averager, rows_, 0, collectives_.next_call(), average);
}

template <class S>
Status Engine<S>::average_buffers(std::span<S> average) {
  const FlushDenormals guard;
  MURMUR_CHECK(buffers_field_, "the problem has no buffers");
  if (buffers_averager_ == nullptr) {
    buffers_averager_ =
        std::make_unique<FieldAverager<S>>(state_.peers, parts_.problem->buffers(), parts_.pool);
  }
  return buffers_averager_->average(rows_, *buffers_field_, collectives_.next_call(), average);
}

template <class S>
Result<double> Engine<S>::consensus_distance(std::span<const S> average) {
  const FlushDenormals guard;
  const comm::WorkerRange local = rows_.local();
  const std::vector<double> squares = sum_rows(
      parts_.pool,
      static_cast<std::size_t>(local.size()),
      rows_.row_size(),
      [&](std::size_t index, CoordinateRange range, int /*thread*/) {
        const int worker = local.begin + static_cast<int>(index);
        return squared_distance(
            rows_.row(0, worker) + range.begin, average.data() + range.begin, range.size());
      });
  Result<std::vector<double>> all = collectives_.gather(squares);
  if (!all) {
    return all.failure();
  }
  double sum = 0;
  for (const double square : all.value()) {
    sum += square;
  }
  return std::sqrt(sum / parts_.ownership.workers());
}

template void Engine<float>::restore(const Counters&);
template void Engine<double>::restore(const Counters&);
template void Engine<float>::set_factors(const std::vector<TensorFactors>&);
template void Engine<double>::set_factors(const std::vector<TensorFactors>&);
template void Engine<float>::restart();
template void Engine<double>::restart();
template Status Engine<float>::average_model(std::span<float>);
template Status Engine<double>::average_model(std::span<double>);
template Status Engine<float>::average_buffers(std::span<float>);
template Status Engine<double>::average_buffers(std::span<double>);
template Result<double> Engine<float>::consensus_distance(std::span<const float>);
template Result<double> Engine<double>::consensus_distance(std::span<const double>);

}  // namespace murmur::engine
