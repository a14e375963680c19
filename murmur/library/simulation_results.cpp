// SPDX-License-Identifier: Apache-2.0
// What is asked of a simulation between its steps: rows, averages, scores, records.
#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/resource.h>

#include "murmur/core/error.h"
#include "murmur/data/dataset.h"
#include "murmur/files/digest.h"
#include "murmur/library/errors.h"
#include "murmur/library/simulation_state.h"
#include "murmur/run/text/names.h"
#include "murmur/run/text/version.h"
#include "murmur/run/train/digest.h"

namespace murmur::library {
namespace {

// Without a [schedule] nobody knows how long a simulation goes on: long enough.
constexpr std::int64_t kUnknownSteps = std::int64_t{1} << 40U;

std::int64_t peak_memory_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::int64_t>(usage.ru_maxrss) * 1024;
}

double sum_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

bool is_shown(const Field& field) {
  return field.kind != FieldKind::kScratch;
}

}  // namespace

template <class S>
std::vector<std::string> SimulationState<S>::fields() const {
  std::vector<std::string> names;
  for (const Field& field : engine_->program().fields) {
    if (is_shown(field)) {
      names.emplace_back(field.name);
    }
  }
  return names;
}

template <class S>
std::size_t SimulationState<S>::field_of(std::string_view name) const {
  const auto& fields_of = engine_->program().fields;
  for (std::size_t f = 0; f < fields_of.size(); ++f) {
    if (is_shown(fields_of[f]) && fields_of[f].name == name) {
      return f;
    }
  }
  throw Error(fmt::format("there is no field '{}'; '{}' has {}",
                          name,
                          engine_->program().name,
                          fmt::join(fields(), ", ")));
}

template <class S>
int SimulationState<S>::local(int worker) const {
  if (worker < 0 || worker >= config_.workers) {
    throw Error(fmt::format(
        "there is no worker {}; the {} workers are counted from 0", worker, config_.workers));
  }
  return worker;
}

template <class S>
std::span<const S> SimulationState<S>::row(int worker, std::string_view field) const {
  require_sound();
  return std::as_const(*engine_).row(field_of(field), local(worker));
}

template <class S>
std::span<const S> SimulationState<S>::buffers(int worker) const {
  require_sound();
  local(worker);
  const auto field = engine_->program().buffers();
  return field ? std::as_const(*engine_).row(*field, worker) : std::span<const S>();
}

template <class S>
void SimulationState<S>::assign(int worker, std::string_view field, std::span<const S> row) {
  require_sound();
  const std::size_t f = field_of(field);
  const std::span<S> own = engine_->mutable_row(f, local(worker));
  if (row.size() != own.size()) {
    throw Error(
        fmt::format("a row of {} coordinates is given for the field '{}', whose rows have {}",
                    row.size(),
                    field,
                    own.size()));
  }
  const Layout& layout = engine_->layout(engine_->program().fields[f]);
  for (const TensorSlot& slot : layout.tensors()) {  // what is between them stays zero
    std::copy_n(row.begin() + static_cast<std::ptrdiff_t>(slot.offset),
                slot.size,
                own.begin() + static_cast<std::ptrdiff_t>(slot.offset));
  }
}

template <class S>
std::span<const S> SimulationState<S>::average_model() {
  require_sound();
  require(engine_->average_model(average_));
  return average_;
}

template <class S>
double SimulationState<S>::consensus_distance() {
  return value_of(engine_->consensus_distance(average_model()));
}

template <class S>
std::string SimulationState<S>::digest() {
  require_sound();
  return value_of(run::digest_of_models(*engine_));
}

template <class S>
run::Metrics SimulationState<S>::evaluate() {
  require_sound();
  ComputeAlone alone;
  if (setup_) {
    alone.emplace();
  }
  run::Metrics values = value_of(evaluator_->evaluate(true, false));
  const engine::Counters& counters = engine_->counters();
  const engine::Times& times = engine_->times();
  values["comm/bytes_sent"] = static_cast<double>(counters.bytes_sent);
  values["comm/messages"] = static_cast<double>(counters.messages);
  values["comm/wire_bytes"] = 0;
  values["time/gradient_s"] = times.gradient_s;
  values["time/algorithm_s"] = times.algorithm_s;
  values["time/evaluation_s"] = evaluator_->seconds();
  values["time/wait_s"] = times.wait_s;
  values["time/virtual_s"] = timeline_ ? timeline_->virtual_s() : 0;
  values["train/lr"] = lr_;
  if (const double weight = sum_of(loss_weights_); weight > 0) {
    values["train/loss"] = sum_of(loss_sums_) / weight;
  }
  if (recorder_) {
    recorder_->append(
        {.step = steps(),
         .epoch = static_cast<double>(steps()) / static_cast<double>(facts_.steps_per_epoch),
         .wall_s = std::chrono::duration<double>(Clock::now() - began_).count(),
         .values = values});
  }
  std::fill(loss_sums_.begin(), loss_sums_.end(), 0.0);
  std::fill(loss_weights_.begin(), loss_weights_.end(), 0.0);
  return values;
}

template <class S>
void SimulationState<S>::record(const std::string& folder) {
  require_sound();
  recorder_.reset();
  recorder_.emplace(folder, config_, steps());
}

template <class S>
run::RunExtent SimulationState<S>::extent() const {
  run::RunExtent extent{.steps = schedule_ ? schedule_->steps() : kUnknownSteps,
                        .steps_per_epoch = facts_.steps_per_epoch,
                        .parameters = static_cast<std::int64_t>(problem_->layout().parameters()),
                        .messages = messages()};
  if (setup_) {
    const data::Dataset& dataset = *setup_->data.dataset;
    extent.training_examples = dataset.training.count();
    extent.test_examples = dataset.test.count();
    extent.examples_per_worker = setup_->data.partition->examples_per_worker();
    extent.data_doubt = data::unlike_published(dataset);
  }
  return extent;
}

template <class S>
std::vector<std::string> SimulationState<S>::warnings() const {
  return run::texts_of(run::warnings_of(config_, engine_->program(), graph_, extent()));
}

template <class S>
run::Summary SimulationState<S>::summary() {
  const run::RunExtent sizes = extent();
  run::Metrics totals{
      {"comm/bytes_sent", static_cast<double>(engine_->counters().bytes_sent)},
      {"comm/messages", static_cast<double>(engine_->counters().messages)},
      {"time/wall_s", std::chrono::duration<double>(Clock::now() - began_).count()}};
  if (timeline_ && steps() > 0) {
    totals["time/virtual_s"] = timeline_->virtual_s();
    totals["time/virtual_step_s"] = timeline_->virtual_s() / static_cast<double>(steps());
  }
  return {.name = config_.name,
          .status = !schedule_ || steps() >= schedule_->steps() ? "finished" : "stopped",
          .workers = config_.workers,
          .steps = steps(),
          .parameters = sizes.parameters,
          .totals = std::move(totals),
          .data = {.training_examples = sizes.training_examples,
                   .examples_per_worker = sizes.examples_per_worker,
                   .test_examples = sizes.test_examples},
          .warnings = warnings(),
          .peak_memory_bytes = peak_memory_bytes(),
          .digest = digest(),
          .data_digest = setup_ ? files::to_hex(setup_->data.dataset->digest) : std::string(),
          .config_digest = run::config_digest(config_),
          .versions = {{"murmur", std::string(run::version())}}};
}

template <class S>
void SimulationState<S>::report() {
  require_sound();
  if (!recorder_) {
    throw Error("report() is of a recorded run, and nothing is recorded; call record(folder)");
  }
  recorder_->report(summary());
}

template class SimulationState<float>;
template class SimulationState<double>;

}  // namespace murmur::library
