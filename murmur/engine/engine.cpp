// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/engine.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "murmur/core/check.h"
#include "murmur/core/host_program.h"
#include "murmur/engine/message_limits.h"
#include "murmur/engine/ways/in_flight.h"
#include "murmur/topology/pauses.h"

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
EngineParts<S> completed(EngineParts<S> parts) {
  parts.topology = topology::with_pauses(std::move(parts.topology), parts.program.round_steps);
  parts.factors = codecs::kept_layout(parts.problem->layout(), parts.compression);
  if (parts.problem->buffers().row_size() > 0 && !parts.program.buffers()) {
    parts.program.add_field(kBuffersField);
  }
  return parts;
}

template <class S>
comm::WorkerRange local_workers(const EngineParts<S>& parts) {
  return parts.ownership.of(parts.transport == nullptr ? 0 : parts.transport->process());
}

template <class S>
RowNumbers numbers_of(const EngineParts<S>& parts) {
  std::array<std::int64_t, kFieldLayouts> numbers{};
  for (std::size_t k = 0; k < kFieldLayouts; ++k) {
    const Layout& layout = layout_of(parts, static_cast<FieldLayout>(k));
    numbers[k] = static_cast<std::int64_t>(layout.parameters());
  }
  return RowNumbers(numbers).with_bits(bytes_of_bits(parts.problem->layout()));
}

template <class S>
WayState<S> make_state(const EngineParts<S>& parts, const Buckets* buckets, Rows<S>* rows) {
  const Peers peers{&parts.ownership, parts.transport, buckets, tags_of(parts).value()};
  const int workers = parts.ownership.workers();
  return {.topology = parts.topology,
          .peers = peers,
          .pool = parts.pool,
          .rows = rows,
          .layout = &parts.problem->layout(),
          .compression = parts.compression,
          .mixer = Mixer<S>(parts.topology, peers, rows, Mixer<S>::Of::kRows),
          .averager = Averager<S>(peers, parts.pool, {0, workers}),
          .weights = PushWeights(workers, parts.program.slots()),
          .buffers = &parts.problem->buffers()};
}

}  // namespace

template <class S>
Engine<S>::Engine(EngineParts<S> parts)
    : parts_(completed(std::move(parts))),
      buckets_(parts_.problem->layout(), sizeof(S)),
      rows_(parts_.program, local_workers(parts_), row_sizes_of(parts_)),
      gradients_({static_cast<std::size_t>(parts_.pool->threads())},
                 parts_.problem->layout().row_size()),
      recipe_(parts_.gradient, parts_.problem, parts_.pool->threads()),
      factors_(parts_.problem->layout(), parts_.factors_of_tensors),
      attendance_(parts_.ownership.workers(), factor_groups(), parts_.participation),
      buffers_field_(parts_.program.buffers()),
      passes_(parts_.program),
      state_(make_state(parts_, &buckets_, &rows_)),
      collectives_(&state_.peers),
      block_(block_size(rows_.local().size(), sizeof(S))) {
  MURMUR_CHECK(parts_.ownership.workers() == parts_.problem->workers(),
               "{} workers are owned, the problem has {}",
               parts_.ownership.workers(),
               parts_.problem->workers());
  MURMUR_CHECK(parts_.participation == nullptr ||
                   (!parts_.program.mixes() && !parts_.program.is_asynchronous() &&
                    !parts_.program.keeps_one_model()),
               "{}: every worker is needed in every step",
               parts_.program.name);
  if (parts_.program.is_asynchronous() && parts_.schedule == nullptr) {
    parts_.schedule = std::make_shared<EventSchedule>(parts_.topology, Pace{}, 0);
  }
  const Layout& layout = parts_.problem->layout();
  const WayParts<S> way_parts{
      &parts_.program,
      numbers_of(parts_),
      coded_size(layout, parts_.compression, static_cast<std::int64_t>(layout.parameters())),
      &state_,
      parts_.topology.get()};
  for (const Stage<S>& stage : parts_.program.round) {
    ways_.push_back(make_way(way_parts, stage));
  }
  const auto threads = static_cast<std::size_t>(parts_.pool->threads());
  const auto workers = static_cast<std::size_t>(rows_.local().size());
  losses_.resize(workers);
  loss_weights_.resize(workers);
  reduced_.resize(workers);
  thread_times_.resize(threads);
  state_.scratch.assign(threads, std::vector<S>(workers * block_));
  state_.gradient_at = [this](int worker, const S* x, S* gradient, int thread) {
    problems::GradientJob<S> job{
        .batch = attendance_.batch(worker), .worker = worker, .x = x, .gradient = gradient};
    recipe_.take(job, thread, {});
  };
  state_.run_kernel = [this](const BoundKernel<S>& kernel) {
    over_blocks({nullptr, {{&kernel, false}}}, {0, rows_.row_size()}, {});
  };
  pointers_.assign(threads, std::vector<S*>(rows_.fields()));
  parts_.problem->prepare(parts_.pool->threads());
  start_rows();
}

template <class S>
Engine<S>::~Engine() = default;

template <class S>
void Engine<S>::start_rows() {
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
void Engine<S>::reinitialize(const std::vector<std::size_t>& fields) {
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
      if (f == buffers_field_) {
        parts_.problem->start_buffers(rows_.whole_row(f, i));
      }
    }
  });
}

template <class S>
Status Engine<S>::settle() {
  const FlushDenormals guard;
  const Status usable = consistency_.status();
  return usable ? engine::settle(state_) : usable;
}

template <class S>
void Engine<S>::trace(Tracer* tracer) {
  state_.tracer = tracer;
}

template <class S>
std::span<const double> Engine<S>::loss_weights() const {
  return loss_weights_;
}

template <class S>
const Program<S>& Engine<S>::program() const {
  return parts_.program;
}

template <class S>
comm::WorkerRange Engine<S>::local() const {
  return rows_.local();
}

template <class S>
const Layout& Engine<S>::layout() const {
  return parts_.problem->layout();
}

template <class S>
const Layout& Engine<S>::layout(const Field& field) const {
  return layout_of(parts_, field.layout);
}

template <class S>
const Counters& Engine<S>::counters() const {
  return counters_;
}

template <class S>
const Times& Engine<S>::times() const {
  return state_.times;
}

template <class S>
std::size_t Engine<S>::state_bytes() const {
  std::size_t bytes = rows_.bytes() + gradients_.bytes() + recipe_.bytes();
  for (const auto& way : ways_) {
    bytes += way == nullptr ? 0 : way->bytes();
  }
  for (const auto& [copy, publisher] : state_.publishers) {
    bytes += publisher.bytes();
  }
  for (const auto& [field, averager] : state_.coded_averagers) {
    bytes += averager.bytes();
  }
  return bytes;
}

template <class S>
const S* Engine<S>::model(int worker) const {
  return rows_.row(0, worker);
}

template <class S>
std::span<const S> Engine<S>::row(std::size_t field, int worker) const {
  return {rows_.row(field, worker), rows_.row_size(field)};
}

template <class S>
std::span<S> Engine<S>::mutable_row(std::size_t field, int worker) {
  return rows_.whole_row(field, worker);
}

template class Engine<float>;
template class Engine<double>;

}  // namespace murmur::engine
