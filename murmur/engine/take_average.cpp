// SPDX-License-Identifier: Apache-2.0
// The passes that begin with an exact average, of all workers or of groups.
#include "murmur/engine/costs/traffic.h"
#include "murmur/engine/performer.h"
#include "murmur/engine/stopwatch.h"

namespace murmur::engine {

template <class S>
Status Performer<S>::perform(const AverageStage& stage, const Pass<S>& pass, comm::Tag tag) {
  const auto started = SteadyClock::now();
  {
    const Traced traced(tracer_, "average", kAllWorkers);
    if (Status status = take_average(stage, tag); !status) {
      return status;
    }
  }
  (parts_.transport == nullptr ? times_.algorithm_s : times_.wait_s) += seconds_since(started);
  over_blocks(pass, {});
  const std::size_t message = parts_.problem->layout().parameters() * sizeof(S);
  const Traffic sent =
      average_traffic(parts_.ownership.workers(), stage.group, static_cast<std::int64_t>(message));
  counters_.bytes_sent += sent.bytes;
  counters_.messages += sent.messages;
  return Ok{};
}

template <class S>
Status Performer<S>::take_average(const AverageStage& stage, comm::Tag tag) {
  const std::size_t from = stage.field;
  if (averager_.is_open()) {  // rows were posted during backward
    return averager_.finish();
  }
  if (stage.group == 0) {
    return averager_.average([&](int worker) { return rows_.row(from, worker); },
                             rows_.row(stage.into, rows_.local().begin),
                             tag,
                             rows_.memory());
  }
  const auto made =
      group_averagers_.try_emplace(stage.group, peers_, parts_.pool, &rows_, stage.group);
  return made.first->second.average(from, stage.into, tag);
}

template <class S>
void Performer<S>::open_average(const AverageStage& stage, comm::Tag tag) {
  const std::size_t from = stage.field;
  averager_.open([this, from](int worker) { return rows_.row(from, worker); },
                 rows_.row(stage.into, rows_.local().begin),
                 tag,
                 rows_.memory());
}

template Status Performer<float>::perform(const AverageStage&, const Pass<float>&, comm::Tag);
template Status Performer<double>::perform(const AverageStage&, const Pass<double>&, comm::Tag);

template void Performer<float>::open_average(const AverageStage&, comm::Tag);
template void Performer<double>::open_average(const AverageStage&, comm::Tag);
template Status Performer<float>::take_average(const AverageStage&, comm::Tag);
template Status Performer<double>::take_average(const AverageStage&, comm::Tag);

}  // namespace murmur::engine
