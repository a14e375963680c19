// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include <murmur/simulation.h>

#include "murmur/library/configuration.h"
#include "murmur/library/errors.h"
#include "murmur/library/simulation_state.h"
#include "murmur/run/config/document.h"

namespace murmur {
inline namespace v0_1 {

using library::guarded;
using library::SimulationState;

namespace {

template <class S>
run::Config config_for(const Options& options, run::Purpose purpose) {
  return library::config_of(options, purpose, library::precision_of<S>());
}

// Throws Error for a simulation that was moved away.
template <class S>
SimulationState<S>& state_of(const std::unique_ptr<SimulationState<S>>& state) {
  if (state == nullptr) {
    throw Error("this simulation was moved to another object");
  }
  return *state;
}

}  // namespace

template <class S>
BasicSimulation<S>::BasicSimulation(BasicTask<S> task, const Options& options)
    : state_(guarded([&] {
        return std::make_unique<SimulationState<S>>(config_for<S>(options, run::Purpose::kOwnTask),
                                                    std::move(task));
      })) {}

template <class S>
BasicSimulation<S>::BasicSimulation(const Options& options)
    : state_(guarded([&] {
        return std::make_unique<SimulationState<S>>(config_for<S>(options, run::Purpose::kTrain));
      })) {}

template <class S>
BasicSimulation<S>::BasicSimulation(BasicSimulation&&) noexcept = default;
template <class S>
BasicSimulation<S>& BasicSimulation<S>::operator=(BasicSimulation&&) noexcept = default;
template <class S>
BasicSimulation<S>::~BasicSimulation() = default;

template <class S>
std::span<const double> BasicSimulation<S>::step(double lr) {
  return guarded([&] { return state_of(state_).step(lr); });
}

template <class S>
std::span<const double> BasicSimulation<S>::step() {
  return guarded([&] { return state_of(state_).step(state_->rate()); });
}

template <class S>
double BasicSimulation<S>::rate() const {
  return state_of(state_).rate();
}

template <class S>
std::int64_t BasicSimulation<S>::steps() const {
  return state_of(state_).steps();
}

template <class S>
std::int64_t BasicSimulation<S>::schedule() const {
  return state_of(state_).schedule();
}

template <class S>
int BasicSimulation<S>::workers() const {
  return static_cast<int>(state_of(state_).config().workers);
}

template <class S>
const std::vector<Parameter>& BasicSimulation<S>::parameters() const {
  return state_of(state_).parameters();
}

template <class S>
const std::vector<Parameter>& BasicSimulation<S>::buffer_layout() const {
  return state_of(state_).buffer_layout();
}

template <class S>
std::size_t BasicSimulation<S>::row_size() const {
  return state_of(state_).row_size();
}

template <class S>
std::vector<std::string> BasicSimulation<S>::fields() const {
  return state_of(state_).fields();
}

template <class S>
std::span<const S> BasicSimulation<S>::row(int worker, std::string_view field) const {
  return state_of(state_).row(worker, field);
}

template <class S>
std::span<const S> BasicSimulation<S>::buffers(int worker) const {
  return state_of(state_).buffers(worker);
}

template <class S>
void BasicSimulation<S>::assign(int worker, std::string_view field, std::span<const S> row) {
  state_of(state_).assign(worker, field, row);
}

template <class S>
std::span<const S> BasicSimulation<S>::average_model() {
  return state_of(state_).average_model();
}

template <class S>
double BasicSimulation<S>::consensus_distance() {
  return state_of(state_).consensus_distance();
}

template <class S>
std::string BasicSimulation<S>::digest() {
  return state_of(state_).digest();
}

template <class S>
std::map<std::string, double> BasicSimulation<S>::evaluate() {
  return guarded([&] { return state_of(state_).evaluate(); });
}

template <class S>
void BasicSimulation<S>::record(const std::string& folder) {
  guarded([&] { state_of(state_).record(folder); });
}

template <class S>
void BasicSimulation<S>::report() {
  guarded([&] { state_of(state_).report(); });
}

template <class S>
void BasicSimulation<S>::save(const std::string& folder) {
  guarded([&] { state_of(state_).save(folder); });
}

template <class S>
void BasicSimulation<S>::resume(const std::string& folder) {
  guarded([&] { state_of(state_).resume(folder); });
}

template <class S>
std::string BasicSimulation<S>::config() const {
  return run::to_toml(state_of(state_).config());
}

template <class S>
std::vector<std::string> BasicSimulation<S>::warnings() const {
  return guarded([&] { return state_of(state_).warnings(); });
}

template class BasicSimulation<float>;
template class BasicSimulation<double>;

}  // namespace v0_1
}  // namespace murmur
