// SPDX-License-Identifier: Apache-2.0
// A task with an answer, for simulations and for loops of one's own, and the settings under which
// both have the same bits.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include <murmur/simulation.h>
#include <murmur/worker.h>

namespace murmur::testing {

inline constexpr int kWorkers = 4;
inline constexpr int kSteps = 7;

inline double rate_at(std::int64_t step) {
  return step < 4 ? 0.1 : 0.05;
}

// f_i(x) = sum_k a_k (x_k - b_ik)^2 / 2 over five tensors of which two fill a bucket,
// with noise that is of the batch. A buffer counts the batches.
template <class S>
std::vector<Parameter> tensors() {
  return placed<S>({{.name = "first", .shape = {3, 5}},
                    {.name = "scale", .shape = {}},
                    {.name = "wide", .shape = {200, 200}},
                    {.name = "middle", .shape = {33}},
                    {.name = "last", .shape = {40'001}}});
}

inline double noise(int worker, std::int64_t batch, std::size_t k) {
  return std::sin(static_cast<double>((worker + 1) * 7919 + batch * 104'729) +
                  static_cast<double>(k % 977));
}

template <class S>
double gradient_of(const BasicGradient<S>& job, const std::vector<Parameter>& parameters) {
  double loss = 0;
  const double shift = 0.01 * static_cast<double>(job.buffers[1]);
  for (std::size_t p = parameters.size(); p-- > 0;) {
    const Parameter& place = parameters[p];
    for (std::size_t k = place.offset; k < place.offset + place.size; ++k) {
      const double curvature = 1 + static_cast<double>(k % 3);
      const double away = static_cast<double>(job.x[k]) - noise(job.worker, job.batch, k) - shift;
      job.gradient[k] = static_cast<S>(curvature * away);
      loss += curvature * away * away / 2;
    }
    if (job.ready) {
      job.ready(p);
    }
  }
  job.buffers[0] += S(1);
  job.buffers[1] = S(0.5) * job.buffers[1] + static_cast<S>(noise(job.worker, job.batch, 0));
  return loss;
}

template <class S>
BasicTask<S> quadratic(bool average_buffers = false) {
  BasicTask<S> task;
  task.average_buffers = average_buffers;
  task.parameters = tensors<S>();
  task.buffers = {{.name = "counted", .shape = {2}}};
  task.start = [](int /*worker*/, S* row, S* buffers) {
    for (const Parameter& place : tensors<S>()) {
      for (std::size_t k = place.offset; k < place.offset + place.size; ++k) {
        row[k] = static_cast<S>(std::cos(static_cast<double>(k)));
      }
    }
    buffers[1] = S(3);
  };
  task.gradient = [](const BasicGradient<S>& job) { return gradient_of(job, tensors<S>()); };
  return task;
}

struct Setting {
  std::string name;
  std::vector<std::pair<std::string, std::string>> keys;
  bool average_buffers = false;
};

// Of every kind of stage that a round may have.
inline std::vector<Setting> settings() {
  return {
      {"default", {}},
      {"dsgd", {{"algorithm.name", "dsgd"}, {"algorithm.weight_decay", "0.01"}}},
      {"mixed-first", {{"algorithm.name", "dsgdm-n"}, {"algorithm.order", "combine-then-adapt"}}},
      {"tracking", {{"algorithm.name", "dsgd-gt"}}},
      {"one-model", {{"algorithm.name", "allreduce-sgd"}, {"algorithm.momentum", "0.9"}}},
      {"push", {{"algorithm.name", "sgp"}, {"topology.name", "one-peer-exponential"}}},
      {"flight", {{"algorithm.name", "osgp"}, {"topology.name", "one-peer-exponential"}}},
      {"adam", {{"algorithm.name", "qg-dadam"}, {"algorithm.weight_decay", "0.01"}}},
      {"clipped", {{"algorithm.name", "dsgd"}, {"gradient.clip_norm", "5"}}},
      {"matrices", {{"algorithm.weight_decay", "0.1"}, {"algorithm.decay", "matrices"}}},
      {"outer",
       {{"algorithm.name", "sgd"},
        {"outer.name", "slowmo"},
        {"outer.period", "3"},
        {"outer.momentum", "0.5"}}},
      {"drawn",
       {{"algorithm.name", "sgd"},
        {"outer.name", "average"},
        {"outer.period", "2"},
        {"participation.share", "0.5"}}},
      {"encoded", {{"algorithm.name", "ef-sgd"}, {"compression.name", "top-k"}}},
      {"messages", {{"processes.shared_memory", "false"}}},
      {"dsgdm", {{"algorithm.name", "dsgdm"}}},
      {"d2-plus", {{"algorithm.name", "d2-plus"}}},
      {"dadam", {{"algorithm.name", "dadam"}}},
      {"all-adam", {{"algorithm.name", "allreduce-adam"}}},
      {"rarely", {{"algorithm.name", "double-averaging"}, {"algorithm.period", "3"}}},
      {"choco",
       {{"algorithm.name", "choco-sgd"},
        {"algorithm.order", "gradient-first"},
        {"compression.name", "sign"}}},
      {"carried", {{"algorithm.name", "dsgdm-n"}}, true}};
}

// All in single precision, and some in double.
template <class S>
std::vector<Setting> settings_of() {
  std::vector<Setting> some = settings();
  some.resize(sizeof(S) == sizeof(float) ? some.size() : 3);
  return some;
}

inline Options options_of(const Setting& setting) {
  Options options;
  options.seed = 3;
  options.keys = setting.keys;
  return options;
}

enum class Loop { kStep, kOverlap };

// The steps of a worker's own loop.
template <class S>
void take_steps(BasicWorker<S>& worker, Loop loop, int steps) {
  for (int k = 0; k < steps; ++k) {
    const double lr = rate_at(worker.steps());
    if (loop == Loop::kOverlap) {
      worker.begin(lr);
    }
    if (worker.takes_part()) {
      BasicGradient<S> job{.worker = worker.rank(),
                           .batch = worker.batch(),
                           .x = worker.x().data(),
                           .gradient = worker.gradient().data(),
                           .buffers = worker.buffers().data()};
      if (loop == Loop::kOverlap) {
        job.ready = [&](std::size_t parameter) { worker.ready(parameter); };
      }
      gradient_of(job, worker.parameters());
    }
    if (loop == Loop::kOverlap) {
      worker.finish();
    } else {
      worker.step(lr);
    }
  }
}

template <class S>
std::string digest_of_simulation(const Setting& setting, int workers, int threads, int steps) {
  Options options = options_of(setting);
  options.workers = workers;
  options.threads = threads;
  BasicSimulation<S> simulation(quadratic<S>(setting.average_buffers), options);
  for (int k = 0; k < steps; ++k) {
    simulation.step(rate_at(k));
  }
  return simulation.digest();
}

}  // namespace murmur::testing
