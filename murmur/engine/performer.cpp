// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/performer.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <type_traits>
#include <variant>

#include "murmur/core/check.h"
#include "murmur/engine/message_limits.h"
#include "murmur/engine/stopwatch.h"

namespace murmur::engine {
namespace {

constexpr std::size_t kScratchBytes =
    std::size_t{1} << 18U;  // per thread: half of a small L2, an eighth of a large one
constexpr std::size_t kSmallestBlock = 256;  // coordinates
constexpr std::size_t kLargestBlock = 4096;

std::size_t block_size(int workers, std::size_t scalar_bytes) {
  const std::size_t fitting = kScratchBytes / (static_cast<std::size_t>(workers) * scalar_bytes);
  const std::size_t lines = fitting / kSmallestBlock * kSmallestBlock;
  return std::clamp(lines, kSmallestBlock, kLargestBlock);
}

template <class S>
RowSizes row_sizes_of(const EngineParts<S>& parts) {
  RowSizes sizes{};
  for (std::size_t k = 0; k < kFieldLayouts; ++k) {
    sizes[k] = layout_of(parts, static_cast<FieldLayout>(k)).row_size();
  }
  return sizes;
}

// A problem with buffers needs a field for them, unless the program has one already, which it lets
// travel.
template <class S>
EngineParts<S> with_buffers(EngineParts<S> parts) {
  if (parts.problem->buffers().row_size() > 0 && !parts.program.buffers()) {
    parts.program.add_field(kBuffersField);
  }
  return parts;
}

}  // namespace

template <class S>
Performer<S>::Performer(EngineParts<S> parts)
    : parts_(with_buffers(std::move(parts))),
      buckets_(parts_.problem->layout(), sizeof(S)),
      peers_{&parts_.ownership, parts_.transport, &buckets_, tags_of(parts_).value()},
      rows_(parts_.program, parts_.ownership.of(peers_.process()), row_sizes_of(parts_)),
      buffers_field_(parts_.program.buffers()),
      gradients_({static_cast<std::size_t>(parts_.pool->threads())},
                 parts_.problem->layout().row_size()),
      passes_(parts_.program),
      mixer_(parts_.topology, peers_, &rows_, Mixer<S>::Of::kRows),
      averager_(peers_, parts_.pool, {0, parts_.ownership.workers()}),
      push_weights_(parts_.ownership.workers(), parts_.program.slots()),
      block_(block_size(rows_.local().size(), sizeof(S))) {
  MURMUR_CHECK(parts_.ownership.workers() == parts_.problem->workers(),
               "{} workers are owned, the problem has {}",
               parts_.ownership.workers(),
               parts_.problem->workers());
  if (parts_.program.is_asynchronous() && parts_.schedule == nullptr) {
    parts_.schedule = std::make_shared<EventSchedule>(parts_.topology, Pace{}, 0);
  }
  const auto threads = static_cast<std::size_t>(parts_.pool->threads());
  const auto workers = static_cast<std::size_t>(rows_.local().size());
  losses_.resize(workers);
  loss_weights_.resize(workers);
  reduced_.resize(workers);
  thread_times_.resize(threads);
  scratch_.assign(threads, std::vector<S>(workers * block_));
  pointers_.assign(threads, std::vector<S*>(rows_.fields()));
  parts_.problem->prepare(parts_.pool->threads());
  start_rows();
}

template <class S>
void Performer<S>::start_rows() {
  const std::vector<Field>& fields = parts_.program.fields;
  MURMUR_CHECK(!parts_.program.keeps_one_model() || !parts_.problem->starts_differ(),
               "{} keeps one model, and the starts differ",
               parts_.program.name);
  std::vector<std::size_t> memories;
  for (std::size_t f = 1; f < fields.size(); ++f) {
    if (fields[f].kind == FieldKind::kMemory) {
      memories.push_back(f);
    }
  }
  for (int i = rows_.local().begin; i < rows_.local().end; ++i) {
    parts_.problem->start(i, {rows_.row(0, i), rows_.row_size()});
  }
  reinitialize(memories);
}

template <class S>
void Performer<S>::reinitialize(const std::vector<std::size_t>& fields) {
  const comm::WorkerRange local = rows_.local();
  parts_.pool->run(static_cast<std::size_t>(local.size()), [&](std::size_t index, int /*thread*/) {
    const int i = local.begin + static_cast<int>(index);
    for (const std::size_t f : fields) {
      if (rows_.shared(f) && i != local.begin) {
        continue;
      }
      const Field& field = parts_.program.fields[f];
      if (field.starts_as_model) {
        std::memcpy(rows_.row(f, i), rows_.row(0, i), rows_.row_size() * sizeof(S));
      } else {
        std::memset(rows_.row(f, i), 0, rows_.row_size(f) * sizeof(S));
      }
      if (field.layout == FieldLayout::kBuffers) {
        parts_.problem->start_buffers(rows_.whole_row(f, i));
      }
    }
  });
}

template <class S>
Round<S> Performer<S>::round_of(int worker) const {
  Round<S> round;
  round.lr = static_cast<S>(lr_);
  round.previous_lr = static_cast<S>(counters_.step == 0 ? lr_ : counters_.previous_lr);
  round.weight_decay = static_cast<S>(parts_.weight_decay);
  round.step = counters_.step;
  round.age = counters_.age;
  round.workers = static_cast<S>(parts_.ownership.workers());
  round.weight = static_cast<S>(push_weights_.of(worker));
  round.reduced = static_cast<S>(reduced_[static_cast<std::size_t>(worker - rows_.local().begin)]);
  return round;
}

template <class S>
Status Performer<S>::step(double lr) {
  MURMUR_CHECK(lr >= 0 && std::isfinite(lr), "lr = {}", lr);
  lr_ = lr;
  std::fill(losses_.begin(), losses_.end(), 0.0);
  std::fill(loss_weights_.begin(), loss_weights_.end(), 0.0);
  const typename Passes<S>::OfStep& passes = passes_.at(counters_.step);
  if (Status status = perform_event_batches(passes.per_batch); !status) {
    return status;
  }
  if (Status status = perform_all(passes.together); !status) {
    return status;
  }
  counters_.previous_lr = lr;
  ++counters_.step;
  const bool rests = static_cast<double>(static_cast<S>(lr)) <= parts_.program.still_rate;
  counters_.age = was_reset_ ? 0 : counters_.age + (rests ? 0 : 1);
  was_reset_ = false;
  counters_.push_weights = push_weights_.state();
  add_up_times();
  return Ok{};
}

template <class S>
Status Performer<S>::perform_event_batches(const std::vector<Pass<S>>& passes) {
  if (passes.empty()) {
    return Ok{};
  }
  if (Status status = parts_.schedule->go_to(counters_.step); !status) {
    return status;
  }
  for (const EventBatch& batch : parts_.schedule->batches()) {
    event_batch_ = &batch;
    Status status = perform_all(passes);
    event_batch_ = nullptr;
    if (!status) {
      return status;
    }
  }
  return Ok{};
}

template <class S>
Status Performer<S>::perform_all(const std::vector<Pass<S>>& passes) {
  for (std::size_t k = 0; k < passes.size(); ++k) {
    const comm::Tag tag = peers_.tags.pass(k);
    if (Status settled = touches_flight(passes[k]) ? settle() : Status(Ok{}); !settled) {
      return settled;
    }
    if (passes[k].template head_as<GradientStage<S>>() != nullptr) {
      take_gradients(
          passes[k], k + 1 < passes.size() ? &passes[k + 1] : nullptr, peers_.tags.pass(k + 1));
    } else if (Status status = perform(passes[k], tag); !status) {
      return status;
    }
  }
  return Ok{};
}

// Whether a pass uses the fields of messages that have not arrived, other than by letting them
// arrive.
template <class S>
bool Performer<S>::touches_flight(const Pass<S>& pass) const {
  const FieldSet touched =
      pass.touched_by_locals() | (pass.head == nullptr ? 0 : pass.head->touched());
  const auto* const arrival = pass.template head_as<ArriveStage>();
  for (const auto& [slot, mixer] : in_flight_) {
    const bool arrives = arrival != nullptr && arrival->slot == slot;
    if (mixer.is_open() && !arrives && (touched & field_bit(slots_.at(slot))) != 0) {
      return true;
    }
  }
  return false;
}

template <class S>
Status Performer<S>::perform(const Pass<S>& pass, comm::Tag tag) {
  if (pass.head == nullptr) {
    over_blocks(pass, {});
    return Ok{};
  }
  return std::visit(
      [&](const auto& stage) -> Status {
        using Type = std::remove_cvref_t<decltype(stage)>;
        if constexpr (std::is_same_v<Type, GradientStage<S>> ||
                      std::is_same_v<Type, LocalStage<S>>) {
          MURMUR_CHECK(false, "a gradient or a local stage among the others");
        } else {
          return perform(stage, pass, tag);
        }
      },
      pass.head->what);
}

template <class S>
Status Performer<S>::perform(const ResetWeightsStage& stage,
                             const Pass<S>& pass,
                             comm::Tag /*tag*/) {
  push_weights_.reset(stage.group);
  over_blocks(pass, {});
  return Ok{};
}

template <class S>
Status Performer<S>::perform(const ResetStage& stage, const Pass<S>& pass, comm::Tag /*tag*/) {
  reinitialize(stage.fields);
  was_reset_ = true;
  over_blocks(pass, {});
  return Ok{};
}

template <class S>
void Performer<S>::over_blocks(const Pass<S>& pass,
                               CoordinateRange all,
                               const BeforeBlock& before) {
  if (!before && pass.locals.empty()) {
    return;
  }
  const Traced traced(tracer_, "kernel", kAllWorkers);
  const std::size_t blocks = (all.size() + block_ - 1) / block_;
  parts_.pool->run(blocks, [&](std::size_t index, int thread) {
    const auto started = SteadyClock::now();
    const std::size_t begin = all.begin + index * block_;
    const CoordinateRange range{begin, std::min(all.end, begin + block_)};
    if (before) {
      before(range, thread);
    }
    locals(pass, range, thread);
    thread_times_[static_cast<std::size_t>(thread)].algorithm_s += seconds_since(started);
  });
}

template <class S>
void Performer<S>::locals(const Pass<S>& pass, CoordinateRange range, int thread) {
  std::vector<S*>& fields = pointers_[static_cast<std::size_t>(thread)];
  const comm::WorkerRange local = rows_.local();
  for (const PassKernel<S>& part : pass.locals) {
    const BoundKernel<S>& kernel = *part.kernel;
    const int end = part.once ? local.begin + 1 : local.end;
    for (int worker = local.begin; worker < end; ++worker) {
      if (event_batch_ != nullptr && !event_batch_->acts(worker)) {
        continue;
      }
      rows_.at(worker, range.begin, kernel.binds, fields.data());
      kernel.apply(fields.data(), nullptr, range.size(), round_of(worker), kernel.options.get());
    }
  }
}

template <class S>
void Performer<S>::add_up_times() {
  const auto threads = static_cast<double>(thread_times_.size());
  for (ThreadTimes& clock : thread_times_) {
    times_.gradient_s += clock.gradient_s / threads;
    times_.algorithm_s += clock.algorithm_s / threads;
    clock = {};
  }
}

template class Performer<float>;
template class Performer<double>;

}  // namespace murmur::engine
