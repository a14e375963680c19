// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/inspect/measure.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/core/arena.h"
#include "murmur/core/error.h"
#include "murmur/engine/engine.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/text/units.h"
#include "murmur/run/wiring/engine_parts.h"
#include "murmur/run/wiring/training_setup.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kWarm = 2;
constexpr int kMeasured = 5;
constexpr std::int64_t kFewestSteps = 4;  // of the algorithm
constexpr std::int64_t kMostSteps = 64;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// The median of the times of task(thread, number), on all threads at once.
template <class Task>
double median_time(threads::Pool& pool, const Task& task) {
  const auto threads = static_cast<std::size_t>(pool.threads());
  std::vector<std::vector<double>> times(threads);
  pool.run(threads, [&](std::size_t index, int thread) {
    for (int number = 0; number < kWarm + kMeasured; ++number) {
      const auto begin = Clock::now();
      task(static_cast<int>(index), thread, number);
      if (number >= kWarm) {
        times[index].push_back(seconds_since(begin));
      }
    }
  });
  std::vector<double> all;
  for (const std::vector<double>& own : times) {
    all.insert(all.end(), own.begin(), own.end());
  }
  std::ranges::sort(all);
  return all[all.size() / 2];
}

// A problem of the same size, whose gradients are zero and cost nothing.
template <class S>
class SilentProblem : public problems::Problem<S> {
 public:
  explicit SilentProblem(const problems::Problem<S>& original) : original_(original) {}

  int workers() const override { return original_.workers(); }
  const Layout& layout() const override { return original_.layout(); }
  const Layout& buffers() const override { return original_.buffers(); }
  void prepare(int /*threads*/) override {}
  void start(int worker, std::span<S> row) const override { original_.start(worker, row); }
  void start_buffers(std::span<S> row) const override { original_.start_buffers(row); }
  void gradients(std::span<problems::GradientJob<S>> jobs,
                 int /*thread*/,
                 const problems::RangeReady& /*ready*/) override {
    taken_ += std::ssize(jobs);
  }
  double loss(int /*worker*/, const problems::Model<S>& /*model*/, int /*thread*/) override {
    return 0;
  }

  std::int64_t taken() const { return taken_; }

 private:
  const problems::Problem<S>& original_;
  std::atomic<std::int64_t> taken_ = 0;
};

template <class S>
class Measurement {
 public:
  explicit Measurement(const Config& config)
      : config_(config),
        pool_(thread_count(config)),
        setup_(make_training_setup(config, *make_resources(), pool_, nullptr)),
        problem_(make_training_problem<S>(config, setup_)),
        validation_(make_scoring_problem<S>(config, setup_, learning::Scored::kValidation)),
        graph_(make_graph(config)),
        start_({1}, problem_->layout().row_size()),
        start_buffers_({1}, problem_->buffers().row_size()) {
    problem_->start(0, {start_.row(0, 0), start_.row_size()});
    problem_->start_buffers(buffers());
    for (problems::Problem<S>* problem : {problem_.get(), validation_.get()}) {
      if (problem != nullptr) {
        problem->prepare(pool_.threads());
      }
    }
  }

  Measured measure() {
    const Schedule schedule = make_schedule(config_, *graph_, setup_.steps_per_epoch());
    measured_.threads = pool_.threads();
    measured_.steps = schedule.steps();
    measure_gradients();
    measure_algorithm();
    const double at_once = std::ceil(measured_.gradients_per_step / measured_.threads);
    measured_.step_s = at_once * measured_.gradient_s + measured_.algorithm_s;
    measure_evaluation();
    return measured_;
  }

 private:
  std::span<S> buffers() {
    return {start_buffers_.row_size() == 0 ? nullptr : start_buffers_.row(0, 0),
            start_buffers_.row_size()};
  }

  void measure_gradients() {
    const std::size_t size = problem_->layout().row_size();
    const auto threads = static_cast<std::size_t>(pool_.threads());
    Arena<S> gradients({threads}, size);
    Arena<S> own_buffers({threads}, start_buffers_.row_size());
    measured_.gradient_s = median_time(pool_, [&](int index, int thread, int number) {
      const auto row = static_cast<std::size_t>(index);
      problems::GradientJob<S> job{
          .batch = number,
          .worker = index % problem_->workers(),
          .x = start_.row(0, 0),
          .gradient = gradients.row(0, row),
          .buffers = own_buffers.row_size() == 0 ? nullptr : own_buffers.row(0, row)};
      problem_->gradients({&job, 1}, thread, {});
    });
  }

  // Over a period of the outer step, if there is one.
  void measure_algorithm() {
    SilentProblem<S> silent(*problem_);
    auto parts =
        make_engine_parts<S>(config_,
                             silent,
                             graph_,
                             {.steps_per_epoch = setup_.steps_per_epoch(),
                              .examples = setup_.examples(),
                              .batches_of_step =
                                  [&](int worker, std::int64_t batch) {
                                    return setup_.data.batches->batches_of_step(worker, batch);
                                  }},
                             comm::Ownership::even(static_cast<int>(config_.workers), 1));
    parts.pool = &pool_;
    engine::Engine<S> engine(std::move(parts));
    const std::int64_t period =
        config_.outer ? config_.outer->choice.options.integer("period") : kFewestSteps;
    const std::int64_t steps = std::clamp(period, kFewestSteps, kMostSteps);
    perform(engine, 1);
    const std::int64_t before = silent.taken();
    const auto begin = Clock::now();
    perform(engine, steps);
    const auto count = static_cast<double>(steps);
    measured_.algorithm_s = seconds_since(begin) / count;
    measured_.gradients_per_step = static_cast<double>(silent.taken() - before) / count;
  }

  static void perform(engine::Engine<S>& engine, std::int64_t steps) {
    for (std::int64_t step = 0; step < steps; ++step) {
      if (const auto done = engine.step(1e-6); !done) {
        throw UserError(done.failure().message, ExitCode::kRunFailed);
      }
    }
  }

  double time_of_scores(problems::Problem<S>& problem, double models) {
    const std::int64_t parts = problem.score_parts();
    if (parts == 0) {
      return 0;
    }
    const problems::Model<S> model(start_.row(0, 0), buffers().data());
    const double score_s = median_time(pool_, [&](int index, int thread, int /*number*/) {
      problem.score(model, index % parts, thread);
    });
    return std::ceil(static_cast<double>(parts) * models / measured_.threads) * score_s;
  }

  void measure_evaluation() {
    const EvaluationConfig& evaluation = config_.evaluation;
    const std::int64_t spe = setup_.steps_per_epoch();
    for (std::int64_t step = 1; step <= measured_.steps; ++step) {
      const bool is_last = step == measured_.steps;
      measured_.evaluations += is_last || falls_on(evaluation.every, step, spe) ? 1 : 0;
    }
    const std::int64_t watched =
        std::min(evaluation.workers.value_or(config_.workers), config_.workers);
    const Program<S> program = make_program<S>(config_, false, spe);
    const bool one_model = program.keeps_one_model() && problem_->buffers().row_size() == 0;
    const double models = one_model ? 1 : 1 + static_cast<double>(watched);
    const auto times = static_cast<double>(measured_.evaluations);
    measured_.evaluation_s =
        (evaluation.test == TestSet::kEnd ? 1 : times) * time_of_scores(*problem_, models);
    if (validation_ != nullptr) {
      measured_.evaluation_s += times * time_of_scores(*validation_, models);
    }
  }

  const Config& config_;
  threads::Pool pool_;
  TrainingSetup setup_;
  std::unique_ptr<problems::Problem<S>> problem_;
  std::unique_ptr<problems::Problem<S>> validation_;  // null: there is no such set
  std::shared_ptr<const topology::Topology> graph_;
  Arena<S> start_;
  Arena<S> start_buffers_;
  Measured measured_;
};

}  // namespace

Measured measure_run(const Config& config) {
  return config.precision == Precision::kSingle ? Measurement<float>(config).measure()
                                                : Measurement<double>(config).measure();
}

std::string to_text(const Measured& measured) {
  const auto seconds = [](double value) { return quantity_text(value, Unit::kSeconds); };
  return fmt::format(
      "measured on this machine, {} threads\n"
      "  gradient       {} of a batch on one thread, {:.3g} of them in a step\n"
      "  algorithm      {} per step\n"
      "  step           {}\n"
      "  evaluation     {} for all {} of them\n"
      "  run            {}, {:.3g} hours\n",
      measured.threads,
      seconds(measured.gradient_s),
      measured.gradients_per_step,
      seconds(measured.algorithm_s),
      seconds(measured.step_s),
      seconds(measured.evaluation_s),
      measured.evaluations,
      seconds(measured.run_s()),
      measured.run_s() / 3600);
}

nlohmann::ordered_json to_json(const Measured& measured) {
  return {{"threads", measured.threads},
          {"gradient_s", number_json(measured.gradient_s)},
          {"gradients_per_step", number_json(measured.gradients_per_step)},
          {"algorithm_s", number_json(measured.algorithm_s)},
          {"step_s", number_json(measured.step_s)},
          {"evaluations", measured.evaluations},
          {"evaluation_s", number_json(measured.evaluation_s)},
          {"run_s", number_json(measured.run_s())},
          {"hours", number_json(measured.run_s() / 3600)}};
}

}  // namespace murmur::run
