// SPDX-License-Identifier: Apache-2.0
// Factors of tensors, and what makes sure that the processes have the same ones, at the same rates:
// a digest of those of all steps, compared wherever the processes meet.
#include <bit>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "murmur/comm/exchange.h"
#include "murmur/library/errors.h"
#include "murmur/library/worker_state.h"

namespace murmur::library {
namespace {

// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
std::uint64_t mixed(std::uint64_t digest, std::uint64_t value) {
  std::uint64_t z = (digest ^ value) + 0x9e3779b97f4a7c15U;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31U);
}

std::uint64_t mixed(std::uint64_t digest, double value) {
  return mixed(digest, std::bit_cast<std::uint64_t>(value));
}

}  // namespace

template <class S>
void WorkerState<S>::set_factors(std::size_t parameter, double rate, double decay) {
  require_between_steps("set_factors()");
  if (parameter >= parameters_.size()) {
    throw Error(fmt::format("set_factors({}, ...): the model has {} parameters, counted from 0",
                            parameter,
                            parameters_.size()));
  }
  if (!(rate >= 0 && decay >= 0) || !std::isfinite(rate + decay)) {
    throw Error(fmt::format("factors {} and {} of '{}'; both are finite numbers, 0 or more",
                            rate,
                            decay,
                            parameters_[parameter].name));
  }
  const engine::TensorFactors factors{.rate = rate, .decay = decay};
  factors_changed_ = factors_changed_ || factors_[parameter] != factors;
  factors_[parameter] = factors;
}

template <class S>
void WorkerState<S>::apply_factors() {
  if (!std::exchange(factors_changed_, false)) {
    return;
  }
  engine_->set_factors(factors_);
  note_factors();
}

template <class S>
void WorkerState<S>::note_factors() {
  factors_digest_ = 0;
  for (const engine::TensorFactors& factors : factors_) {
    factors_digest_ = mixed(mixed(factors_digest_, factors.rate), factors.decay);
  }
}

template <class S>
void WorkerState<S>::note_step(double lr) {
  lr_ = lr;
  history_ = mixed(mixed(history_, factors_digest_), lr);
}

template <class S>
void WorkerState<S>::require_same_steps() {
  if (world_->is_alone()) {
    return;
  }
  const auto mine = fmt::format("{:016x} {}", history_, lr_);
  const auto texts =
      together([&] { return value_of(comm::exchange_texts(*world_->transport(), mine)); });
  const auto rate_in = [](const std::string& text) { return text.substr(text.find(' ') + 1); };
  for (std::size_t p = 1; p < texts.size(); ++p) {
    if (texts[p] != texts.front()) {
      // All see it. None leaves before all have, as what it then says would end the others' wait.
      (void)comm::exchange_texts(*world_->transport(), "");
      throw Error(fmt::format(
          "process {} has taken steps at other rates, or with other factors of tensors, than "
          "process 0; the last of {} steps was at {}, there at {}. Rates and groups are to be the "
          "same in every process",
          p,
          steps(),
          rate_in(texts[p]),
          rate_in(texts.front())));
    }
  }
}

template void WorkerState<float>::set_factors(std::size_t, double, double);
template void WorkerState<float>::apply_factors();
template void WorkerState<float>::note_factors();
template void WorkerState<float>::note_step(double);
template void WorkerState<float>::require_same_steps();
template void WorkerState<double>::set_factors(std::size_t, double, double);
template void WorkerState<double>::apply_factors();
template void WorkerState<double>::note_factors();
template void WorkerState<double>::note_step(double);
template void WorkerState<double>::require_same_steps();

}  // namespace murmur::library
