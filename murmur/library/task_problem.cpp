// SPDX-License-Identifier: Apache-2.0
#include "murmur/library/task_problem.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/core/host_program.h"
#include "murmur/library/layouts.h"

namespace murmur::library {
namespace {

template <class S>
BasicTask<S> checked(BasicTask<S> task, int workers) {
  const auto require = [](bool holds, const std::string& sentence) {
    if (!holds) {
      throw Error(sentence);
    }
  };
  require(!task.parameters.empty(), "the task has no parameters; a model has one or more");
  require(task.start != nullptr,
          "the task has no start(worker, row, buffers), which writes the initial model");
  require(task.gradient != nullptr, "the task has no gradient(gradient), which computes gradients");
  require(task.score_parts >= 0,
          fmt::format("the task has score_parts = {}; 0 or more are possible", task.score_parts));
  require((task.score_parts > 0) == (task.score != nullptr),
          fmt::format("the task has score_parts = {} and {} score(x, buffers, part); it has both "
                      "or neither",
                      task.score_parts,
                      task.score == nullptr ? "no" : "a"));
  require(task.steps_per_epoch >= 0,
          fmt::format("the task has steps_per_epoch = {}; 0 (no epochs) or more are possible",
                      task.steps_per_epoch));
  require(task.examples.empty() || task.examples.size() == static_cast<std::size_t>(workers),
          fmt::format("the task has the number of examples of {} workers, and there are {}",
                      task.examples.size(),
                      workers));
  for (const std::int64_t count : task.examples) {
    require(count > 0, fmt::format("a worker has {} examples; every one has 1 or more", count));
  }
  return task;
}

// Which parameters of a gradient have been announced, and what that leads to.
template <class S>
struct Announced {
  const Layout& layout;
  S* gradient = nullptr;
  const std::function<void(CoordinateRange)>& ready;
  std::vector<bool> done = std::vector<bool>(layout.tensors().size());

  void add(std::size_t parameter) {
    if (parameter >= done.size()) {
      throw Error(fmt::format(
          "ready({}): the task has {} parameters, counted from 0", parameter, done.size()));
    }
    if (done[parameter]) {
      throw Error(fmt::format("ready({}) is called twice for one gradient; '{}' was final already",
                              parameter,
                              layout.tensors()[parameter].name));
    }
    done[parameter] = true;
    clear_padding(layout, parameter, gradient);
    ready(range_of(layout, parameter));
  }
};

}  // namespace

template <class S>
TaskProblem<S>::TaskProblem(BasicTask<S> task, int workers, std::uint64_t seed)
    : task_(checked(std::move(task), workers)),
      workers_(workers),
      seed_(seed),
      layout_(layout_of(task_.parameters, sizeof(S), "parameter")),
      buffers_(layout_of(task_.buffers, sizeof(S), "buffer")) {
  start_of(0, start_, start_buffers_);
  std::vector<S> row;
  std::vector<S> buffers;
  for (int worker = 1; worker < workers; ++worker) {
    start_of(worker, row, buffers);
    if (buffers != start_buffers_) {
      throw Error(fmt::format(
          "start() gives worker {} other buffers than worker 0; all workers have the same at the "
          "start",
          worker));
    }
    starts_differ_ = starts_differ_ || row != start_;
  }
}

template <class S>
void TaskProblem<S>::start_of(int worker, std::vector<S>& row, std::vector<S>& buffers) const {
  row.assign(layout_.row_size(), S(0));
  buffers.assign(buffers_.row_size(), S(0));
  task_.start(worker, row.data(), buffers.empty() ? nullptr : buffers.data());
  clear_padding(layout_, row.data());
  clear_padding(buffers_, buffers.data());
}

template <class S>
void TaskProblem<S>::start(int worker, std::span<S> row) const {
  if (!starts_differ_ || worker == 0) {
    std::copy(start_.begin(), start_.end(), row.begin());
    return;
  }
  std::vector<S> own;
  std::vector<S> buffers;
  start_of(worker, own, buffers);
  std::copy(own.begin(), own.end(), row.begin());
}

template <class S>
void TaskProblem<S>::start_buffers(std::span<S> row) const {
  std::copy(start_buffers_.begin(), start_buffers_.end(), row.begin());
}

template <class S>
void TaskProblem<S>::gradients(std::span<problems::GradientJob<S>> jobs,
                               int thread,
                               const problems::RangeReady& ready) {
  for (std::size_t j = 0; j < jobs.size(); ++j) {
    problems::GradientJob<S>& job = jobs[j];
    const std::function<void(CoordinateRange)> range_ready = [&](CoordinateRange range) {
      if (ready) {
        const FlushDenormals engine;
        ready(j, range);
      }
    };
    Announced<S> announced{.layout = layout_, .gradient = job.gradient, .ready = range_ready};
    gradient(job, thread, [&announced](std::size_t parameter) { announced.add(parameter); });
    for (std::size_t parameter = 0; parameter < announced.done.size(); ++parameter) {
      if (!announced.done[parameter]) {
        clear_padding(layout_, parameter, job.gradient);
      }
    }
  }
}

template <class S>
void TaskProblem<S>::gradient(problems::GradientJob<S>& job,
                              int thread,
                              const ParameterReady& ready) {
  const WithFloatMode host(host_mode_);
  job.loss = task_.gradient({.worker = job.worker,
                             .batch = job.batch,
                             .step = step_,
                             .thread = thread,
                             .x = job.x,
                             .gradient = job.gradient,
                             .buffers = job.buffers,
                             .seed = seed_,
                             .ready = ready});
  if (job.buffers != nullptr) {
    clear_padding(buffers_, job.buffers);
  }
}

template <class S>
double TaskProblem<S>::loss(int worker, const problems::Model<S>& /*model*/, int /*thread*/) {
  MURMUR_CHECK(false, "the loss of worker {} on all of its data", worker);
  return 0;
}

template <class S>
problems::Score TaskProblem<S>::score(const problems::Model<S>& model,
                                      std::int64_t part,
                                      int /*thread*/) {
  problems::Score score;
  const WithFloatMode host(host_mode_);
  for (const Sum& sum : task_.score(model.x, model.buffers, part)) {
    if (sum.name.empty() || sum.name.find('/') != std::string::npos) {
      throw Error(fmt::format("score() gives a sum the name '{}'; a name is a word without a slash",
                              sum.name));
    }
    if (sum.count < 0) {
      throw Error(fmt::format("score() gives '{}' a count of {}; 0 or more", sum.name, sum.count));
    }
    score.sums.push_back({.name = kept(sum.name), .sum = sum.sum, .count = sum.count});
  }
  return score;
}

template <class S>
std::string_view TaskProblem<S>::kept(const std::string& name) {
  const Lock lock(mutex_);
  return *names_.insert(name).first;
}

template class TaskProblem<float>;
template class TaskProblem<double>;

}  // namespace murmur::library
