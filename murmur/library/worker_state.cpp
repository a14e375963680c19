// SPDX-License-Identifier: Apache-2.0
#include "murmur/library/worker_state.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/comm/exchange.h"
#include "murmur/library/configuration.h"
#include "murmur/library/errors.h"
#include "murmur/library/layouts.h"
#include "murmur/library/worker_world.h"
#include "murmur/run/wiring/training_setup.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::library {
namespace {

// Other processes may evaluate or save between two steps, each for itself.
constexpr std::chrono::minutes kBetweenSteps{5};

std::string text_of(const Layout& layout, const char* what) {
  std::string text;
  for (const TensorSlot& slot : layout.tensors()) {
    text += fmt::format("{} {} [{}]\n", what, slot.name, fmt::join(slot.shape, ", "));
  }
  return text;
}

// A time limit that is given is kept; the usual one is for processes that only train.
std::chrono::milliseconds least_wait(const run::Config& config) {
  const bool is_given =
      std::find(config.written.begin(), config.written.end(), "processes.timeout_s") !=
      config.written.end();
  return is_given ? std::chrono::milliseconds(std::llround(1e3 * config.processes.timeout_s))
                  : kBetweenSteps;
}

template <class S>
void require_model(const BasicTask<S>& task) {
  if (task.parameters.empty()) {
    throw Error("the task has no parameters; a model has one or more");
  }
  if (task.start == nullptr) {
    throw Error("the task has no start(worker, row, buffers), which writes the initial model");
  }
}

template <class S>
run::Config config_for(run::World& world, const BasicTask<S>& task, const Options& options) {
  constexpr bool kSingle = sizeof(S) == sizeof(float);
  const auto model = [&] {
    require_model(task);
    return text_of(layout_of(task.parameters, sizeof(S), "parameter"), "parameter") +
           text_of(layout_of(task.buffers, sizeof(S), "buffer"), "buffer") +
           fmt::format("average_buffers = {}\n", task.average_buffers);
  };
  run::Config config = agreed_config(
      world, options, kSingle ? run::Precision::kSingle : run::Precision::kDouble, model);
  return with_buffers(std::move(config), task.average_buffers);
}

}  // namespace

template <class S>
WorkerState<S>::WorkerState(BasicTask<S> task,
                            const Options& options,
                            const Communicator& communicator)
    : world_(open_world(communicator)),
      config_(config_for(*world_, task, options)),
      pool_(static_cast<int>(config_.threads.value_or(1))),
      timeout_(least_wait(config_)) {
  make_problem(task);
  agreed([&] { make_engine(std::max<std::int64_t>(task.steps_per_epoch, 1)); });
  world_->begin_run();
  update_wait_limit();
}

template <class S>
template <class Work>
void WorkerState<S>::agreed(const Work& work) {
  std::optional<UserError> error;
  try {
    work();
  } catch (const std::exception& caught) {
    error.emplace(caught.what());
  }
  world_->agree(error);
}

template <class S>
void WorkerState<S>::make_problem(const BasicTask<S>& task) {
  Layout layout = layout_of(task.parameters, sizeof(S), "parameter");
  Layout buffers = layout_of(task.buffers, sizeof(S), "buffer");
  std::vector<S> start(layout.row_size());
  std::vector<S> start_buffers(buffers.row_size());
  agreed([&] {
    if (world_->is_first()) {
      task.start(0, start.data(), start_buffers.empty() ? nullptr : start_buffers.data());
      clear_padding(layout, start.data());
      clear_padding(buffers, start_buffers.data());
    }
  });
  share_start(*world_, start);
  share_start(*world_, start_buffers);
  parameters_ = parameters_of(layout);
  buffer_layout_ = parameters_of(buffers);
  problem_ = std::make_unique<OwnProblem<S>>(
      size(), std::move(layout), std::move(buffers), std::move(start), std::move(start_buffers));
  average_.resize(problem_->layout().row_size());
  buffer_average_.resize(problem_->buffers().row_size());
}

template <class S>
void WorkerState<S>::make_engine(std::int64_t steps_per_epoch) {
  facts_.steps_per_epoch = steps_per_epoch;
  graph_ = run::make_graph(config_);
  auto parts = run::make_engine_parts(
      config_, *problem_, graph_, facts_, comm::Ownership::even(size(), size()));
  parts.pool = &pool_;
  parts.transport = world_->transport();
  run::require_limits(parts);
  engine_ = std::make_unique<engine::Engine<S>>(std::move(parts));
  if (!engine::OwnRounds<S>::suit(*engine_)) {
    throw UserError(fmt::format(
        "algorithm.name = \"{}\" asks for gradients by itself, of other models or in its own "
        "order, and here the program computes one before each step; a Simulation can perform it",
        config_.algorithm.choice.name));
  }
  rounds_.emplace(engine_.get());
  if (!config_.schedule.name.empty()) {
    schedule_ = run::make_schedule(config_, *graph_, facts_.steps_per_epoch);
  }
  factors_ = run::make_tensor_factors(config_, problem_->layout());
  factors_.resize(parameters_.size());
  note_factors();
}

template <class S>
WorkerState<S>::~WorkerState() {
  if (world_->is_alone()) {
    return;
  }
  try {
    if (!world_->is_open()) {
      world_->give_up("MPI was finalized");  // ends what waits for the others
    } else if (std::uncaught_exceptions() > 0 || rounds_->has_begun()) {
      world_->give_up(fmt::format("the program of worker {} ended within a step", rank()));
    } else if (engine_->settle()) {
      // No process leaves while another one still needs what it sent.
      static_cast<void>(static_cast<bool>(comm::exchange_texts(*world_->transport(), {})));
    }
  } catch (const std::exception&) {  // the others wait until their limit
  }
}

template <class S>
void WorkerState<S>::update_wait_limit() {
  if (!world_->is_alone()) {
    world_->transport()->set_wait_limit(timeout_.limit());
  }
}

template <class S>
void WorkerState<S>::require_between_steps(const char* member) const {
  require_open();
  if (rounds_->has_begun()) {
    throw Error(fmt::format(
        "{} within step {}, which begin() began; call finish() before", member, steps()));
  }
}

template <class S>
void WorkerState<S>::require_open() const {
  if (!world_->is_open()) {
    throw Error(
        "MPI_Finalize() was called while this worker lives, so it cannot reach the others; let it "
        "be destroyed before");
  }
}

template <class S>
std::span<S> WorkerState<S>::buffers() {
  const auto field = engine_->program().buffers();
  return field ? engine_->mutable_row(*field, rank()) : std::span<S>();
}

template <class S>
void WorkerState<S>::lend_gradients(std::span<const S* const> values) {
  if (values.size() != parameters_.size()) {
    throw Error(fmt::format("the gradients of {} parameters are lent; the model has {}",
                            values.size(),
                            parameters_.size()));
  }
  rounds_->lend(values);
}

template <class S>
double WorkerState<S>::rate() const {
  return rate_of(config_, schedule_, steps());
}

template <class S>
void WorkerState<S>::begin(double lr) {
  require_between_steps("begin()");
  if (!(lr >= 0) || !std::isfinite(lr)) {
    throw Error(
        fmt::format("a learning rate of {} is given; it is a finite number, 0 or more", lr));
  }
  apply_factors();
  note_step(lr);
  announced_.assign(parameters_.size(), false);
  together([&] { require(rounds_->begin(lr)); });
}

template <class S>
void WorkerState<S>::ready(std::size_t parameter) {
  if (!rounds_->has_begun()) {
    throw Error(
        fmt::format("ready({}) before begin(lr), which begins step {}", parameter, steps()));
  }
  if (parameter >= parameters_.size()) {
    throw Error(fmt::format(
        "ready({}): the model has {} parameters, counted from 0", parameter, parameters_.size()));
  }
  if (announced_[parameter]) {
    throw Error(fmt::format("ready({}) is called twice in step {}; '{}' was final already",
                            parameter,
                            steps(),
                            parameters_[parameter].name));
  }
  announced_[parameter] = true;
  together([&] { require(rounds_->announce(range_of(problem_->layout(), parameter))); });
}

template <class S>
void WorkerState<S>::finish() {
  if (!rounds_->has_begun()) {
    throw Error(fmt::format("finish() before begin(lr), which begins step {}", steps()));
  }
  together([&] { value_of(rounds_->finish(0)); });
  const Clock::time_point now = Clock::now();
  timeout_.observe(now - std::exchange(finished_, now));
  update_wait_limit();
}

template class WorkerState<float>;
template class WorkerState<double>;

}  // namespace murmur::library
