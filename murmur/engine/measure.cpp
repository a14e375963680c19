// SPDX-License-Identifier: Apache-2.0
// What is asked between rounds: the average model, the distance to it, another state.
#include <array>
#include <cmath>
#include <cstring>

#include "murmur/core/check.h"
#include "murmur/engine/performer.h"
#include "murmur/engine/reduce.h"

namespace murmur::engine {

template <class S>
void Performer<S>::restore(const Counters& counters) {
  counters_ = counters;
  push_weights_.restore(counters.push_weights);
}

template <class S>
void Performer<S>::restart() {
  start_rows();
  restore({});
}

template <class S>
Status Performer<S>::average_model(S* out) {
  if (parts_.program.keeps_one_model()) {
    std::memcpy(out, rows_.row(0, rows_.local().begin), rows_.row_size() * sizeof(S));
    return Ok{};
  }
  const auto row = [&](int worker) { return rows_.row(0, worker); };
  const comm::Tag call = peers_.tags.asked(asked_++);
  if (!averager_.is_spread()) {
    return averager_.average(row, out, call, nullptr);
  }
  // Others write into it, so it is not the caller's.
  const auto mean = std::make_shared<Arena<S>>(std::vector<std::size_t>{1}, rows_.row_size());
  const auto memory = std::make_shared<std::array<comm::Memory, 2>>(
      std::array<comm::Memory, 2>{rows_.memory(), mean});
  if (Status averaged = averager_.average(row, mean->row(0, 0), call, memory); !averaged) {
    return averaged;
  }
  std::memcpy(out, mean->row(0, 0), rows_.row_size() * sizeof(S));
  return Ok{};
}

template <class S>
Result<double> Performer<S>::consensus_distance(const S* average) {
  const comm::WorkerRange local = rows_.local();
  const std::vector<double> squares =
      sum_rows(parts_.pool,
               static_cast<std::size_t>(local.size()),
               rows_.row_size(),
               [&](std::size_t index, CoordinateRange range, int /*thread*/) {
                 const int worker = local.begin + static_cast<int>(index);
                 return squared_distance(
                     rows_.row(0, worker) + range.begin, average + range.begin, range.size());
               });
  Result<std::vector<double>> all = gather(squares, CallSite::here());
  if (!all) {
    return all.failure();
  }
  double sum = 0;
  for (const double square : all.value()) {
    sum += square;
  }
  return std::sqrt(sum / parts_.ownership.workers());
}

template <class S>
Result<std::vector<double>> Performer<S>::gather(std::span<const double> local,
                                                 const CallSite& place) {
  MURMUR_CHECK(local.size() == static_cast<std::size_t>(rows_.local().size()),
               "{} numbers of {} workers",
               local.size(),
               rows_.local().size());
  const auto numbers =
      std::make_shared<std::vector<double>>(static_cast<std::size_t>(parts_.ownership.workers()));
  std::copy(local.begin(), local.end(), numbers->begin() + rows_.local().begin);
  if (parts_.transport == nullptr) {
    return std::move(*numbers);
  }
  const auto place_of = [&](int process) {
    const comm::WorkerRange theirs = parts_.ownership.of(process);
    return std::span(numbers->data() + theirs.begin, static_cast<std::size_t>(theirs.size()));
  };
  const auto mine = std::as_bytes(place_of(parts_.transport->process()));
  const comm::Tag tag = peers_.tags.of_place(peers_.tags.asked(asked_++), place);
  std::vector<Awaited> awaited;
  for (int p = 0; p < parts_.ownership.processes(); ++p) {
    if (p == parts_.transport->process()) {
      continue;
    }
    const auto theirs = std::as_writable_bytes(place_of(p));
    awaited.push_back({parts_.transport->receive(p, tag, theirs, numbers), p});
    awaited.push_back({parts_.transport->send(p, tag, mine, numbers), p});
  }
  if (const Status status = peers_.wait_for(awaited); !status) {
    return status.failure().in("collecting numbers of all workers");
  }
  return std::move(*numbers);
}

template void Performer<float>::restore(const Counters&);
template void Performer<double>::restore(const Counters&);
template void Performer<float>::restart();
template void Performer<double>::restart();
template Status Performer<float>::average_model(float*);
template Status Performer<double>::average_model(double*);
template Result<double> Performer<float>::consensus_distance(const float*);
template Result<double> Performer<double>::consensus_distance(const double*);
template Result<std::vector<double>> Performer<float>::gather(std::span<const double>,
                                                              const CallSite&);
template Result<std::vector<double>> Performer<double>::gather(std::span<const double>,
                                                               const CallSite&);

}  // namespace murmur::engine
