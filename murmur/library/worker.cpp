// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <murmur/worker.h>

#include "murmur/library/errors.h"
#include "murmur/library/worker_state.h"

namespace murmur {
inline namespace v0_1 {

using library::guarded;
using library::WorkerState;

namespace {

// Throws Error for a worker that was moved away.
template <class S>
WorkerState<S>& state_of(const std::unique_ptr<WorkerState<S>>& state) {
  if (state == nullptr) {
    throw Error("this worker was moved to another object");
  }
  return *state;
}

}  // namespace

template <class S>
BasicWorker<S>::BasicWorker(BasicTask<S> task,
                            const Options& options,
                            const Communicator& communicator)
    : state_(guarded([&] {
        return std::make_unique<WorkerState<S>>(std::move(task), options, communicator);
      })) {}

template <class S>
BasicWorker<S>::BasicWorker(BasicWorker&&) noexcept = default;
template <class S>
BasicWorker<S>& BasicWorker<S>::operator=(BasicWorker&&) noexcept = default;
template <class S>
BasicWorker<S>::~BasicWorker() = default;

template <class S>
int BasicWorker<S>::rank() const {
  return state_of(state_).rank();
}

template <class S>
int BasicWorker<S>::size() const {
  return state_of(state_).size();
}

template <class S>
const std::vector<Parameter>& BasicWorker<S>::parameters() const {
  return state_of(state_).parameters();
}

template <class S>
const std::vector<Parameter>& BasicWorker<S>::buffer_layout() const {
  return state_of(state_).buffer_layout();
}

template <class S>
std::span<const S> BasicWorker<S>::x() const {
  return state_of(state_).x();
}

template <class S>
std::span<S> BasicWorker<S>::mutable_x() {
  return state_of(state_).x();
}

template <class S>
std::span<S> BasicWorker<S>::gradient() {
  return state_of(state_).gradient();
}

template <class S>
void BasicWorker<S>::lend_gradients(std::span<const S* const> values) {
  return guarded([&] { return state_of(state_).lend_gradients(values); });
}

template <class S>
std::span<S> BasicWorker<S>::buffers() {
  return state_of(state_).buffers();
}

template <class S>
void BasicWorker<S>::step(double lr) {
  guarded([&] {
    state_of(state_).begin(lr);
    state_->finish();
  });
}

template <class S>
void BasicWorker<S>::step() {
  step(rate());
}

template <class S>
double BasicWorker<S>::rate() const {
  return guarded([&] { return state_of(state_).rate(); });
}

template <class S>
void BasicWorker<S>::begin(double lr) {
  return guarded([&] { return state_of(state_).begin(lr); });
}

template <class S>
void BasicWorker<S>::ready(std::size_t parameter) {
  return guarded([&] { return state_of(state_).ready(parameter); });
}

template <class S>
void BasicWorker<S>::finish() {
  return guarded([&] { return state_of(state_).finish(); });
}

template <class S>
bool BasicWorker<S>::has_begun() const {
  return guarded([&] { return state_of(state_).has_begun(); });
}

template <class S>
std::int64_t BasicWorker<S>::steps() const {
  return guarded([&] { return state_of(state_).steps(); });
}

template <class S>
std::int64_t BasicWorker<S>::batch() const {
  return guarded([&] { return state_of(state_).batch(); });
}

template <class S>
bool BasicWorker<S>::takes_part() const {
  return guarded([&] { return state_of(state_).takes_part(); });
}

template <class S>
std::uint64_t BasicWorker<S>::seed() const {
  return guarded([&] { return state_of(state_).config().seed; });
}

template <class S>
std::vector<std::string> BasicWorker<S>::fields() const {
  return guarded([&] { return state_of(state_).fields(); });
}

template <class S>
std::span<const S> BasicWorker<S>::row(std::string_view field) const {
  return guarded([&] { return state_of(state_).row(field); });
}

template <class S>
void BasicWorker<S>::set_factors(std::size_t parameter, double rate, double decay) {
  return guarded([&] { return state_of(state_).set_factors(parameter, rate, decay); });
}

template <class S>
std::span<const S> BasicWorker<S>::average_model() {
  return guarded([&] { return state_of(state_).average_model(); });
}

template <class S>
std::span<const S> BasicWorker<S>::average_buffers() {
  return guarded([&] { return state_of(state_).average_buffers(); });
}

template <class S>
double BasicWorker<S>::consensus_distance() {
  return guarded([&] { return state_of(state_).consensus_distance(); });
}

template <class S>
std::string BasicWorker<S>::digest() {
  return guarded([&] { return state_of(state_).digest(); });
}

template <class S>
void BasicWorker<S>::save(const std::string& folder) {
  return guarded([&] { return state_of(state_).save(folder); });
}

template <class S>
void BasicWorker<S>::resume(const std::string& folder) {
  return guarded([&] { return state_of(state_).resume(folder); });
}

template <class S>
std::string BasicWorker<S>::state() {
  return guarded([&] { return state_of(state_).state(); });
}

template <class S>
void BasicWorker<S>::set_state(std::string_view state) {
  return guarded([&] { return state_of(state_).set_state(state); });
}

template <class S>
std::vector<std::string> BasicWorker<S>::warnings() const {
  return guarded([&] { return state_of(state_).warnings(); });
}

template <class S>
std::string BasicWorker<S>::config() const {
  return run::to_toml(state_of(state_).config());
}

template class BasicWorker<float>;
template class BasicWorker<double>;

}  // namespace v0_1
}  // namespace murmur
