// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/engine.h"

#include "murmur/core/check.h"
#include "murmur/core/flush_denormals.h"
#include "murmur/engine/performer.h"

namespace murmur::engine {

template <class S>
Engine<S>::Engine(EngineParts<S> parts)
    : performer_(std::make_unique<Performer<S>>(std::move(parts))) {}

template <class S>
Engine<S>::~Engine() = default;

template <class S>
void Engine<S>::trace(Tracer* tracer) {
  performer_->trace(tracer);
}

template <class S>
Result<std::span<const double>> Engine<S>::step(double lr) {
  const FlushDenormals guard;
  if (Status status = performer_->step(lr); !status) {
    return status.failure();
  }
  return std::span<const double>(performer_->losses());
}

template <class S>
std::span<const double> Engine<S>::loss_weights() const {
  return performer_->loss_weights();
}

template <class S>
const Program<S>& Engine<S>::program() const {
  return performer_->parts().program;
}

template <class S>
comm::WorkerRange Engine<S>::local() const {
  return performer_->rows().local();
}

template <class S>
const Layout& Engine<S>::layout() const {
  return performer_->parts().problem->layout();
}

template <class S>
const Layout& Engine<S>::layout(const Field& field) const {
  return layout_of(performer_->parts(), field.layout);
}

template <class S>
const Counters& Engine<S>::counters() const {
  return performer_->counters();
}

template <class S>
const Times& Engine<S>::times() const {
  return performer_->times();
}

template <class S>
std::size_t Engine<S>::state_bytes() const {
  return performer_->bytes();
}

template <class S>
const S* Engine<S>::model(int worker) const {
  return performer_->rows().row(0, worker);
}

template <class S>
std::span<const S> Engine<S>::row(std::size_t field, int worker) const {
  return performer_->rows().whole_row(field, worker);
}

template <class S>
std::span<S> Engine<S>::mutable_row(std::size_t field, int worker) {
  return performer_->rows().whole_row(field, worker);
}

template <class S>
void Engine<S>::restore(const Counters& counters) {
  performer_->restore(counters);
}

template <class S>
void Engine<S>::restart() {
  performer_->restart();
}

template <class S>
Status Engine<S>::settle() {
  const FlushDenormals guard;
  return performer_->settle();
}

template <class S>
Status Engine<S>::average_model(std::span<S> row) {
  const FlushDenormals guard;
  MURMUR_CHECK(row.size() == layout().row_size(), "a row of {}", row.size());
  return performer_->average_model(row.data());
}

template <class S>
Result<double> Engine<S>::consensus_distance(std::span<const S> average) {
  const FlushDenormals guard;
  return performer_->consensus_distance(average.data());
}

template <class S>
Result<std::vector<double>> Engine<S>::gather(std::span<const double> local,
                                              const CallSite& place) {
  return performer_->gather(local, place);
}

template class Engine<float>;
template class Engine<double>;

}  // namespace murmur::engine
