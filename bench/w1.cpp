// SPDX-License-Identifier: Apache-2.0
// W1 with murmur, as bench/peers/work.py describes it: gradient steps per second of 16 MLPs
// 784-128-10 on a ring, DSGDm-N, batch 32, on Fashion-MNIST. Prints one JSON line, like the peers.
//
//   bench_w1 [--threads N] [--steps N] [--repeats N] [--workers N] [--algorithm NAME]
//            [--matmul auto|onednn|torch] [--data FOLDER] [--memory shared|messages]
//            [--turns long|short] [--gradients N]
//
// The time covers Engine::step() and everything that it waits for, but not reading data or
// evaluation. One untimed run of all steps comes first. Under mpirun every process has its share of
// the workers; `--algorithm sgd`, with the same momentum, measures them without communication. With
// more processes than cores, `--turns short` yields the core after every step, as processes that
// wait for each other have to. With `--gradients` each gradient is computed N times, as a stand-in
// for a slower one.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "bench/options.h"
#include "bench/w1_problem.h"
#include <fmt/format.h>
#include <sys/resource.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/engine/engine.h"
#include "murmur/learning/libraries.h"

namespace {

using murmur::OptionValues;
using murmur::bench::refuse;
using murmur::bench::take;
using Engine = murmur::engine::Engine<float>;
using World = std::unique_ptr<murmur::comm::Transport>;  // null: a single process
using SteadyClock = std::chrono::steady_clock;

constexpr double kLearningRate = 0.05;

struct Settings {
  int threads = 1;
  int steps = 468;
  int repeats = 5;
  int workers = 16;
  int gradients = 1;
  std::string algorithm = "dsgdm-n";
  std::string matmul = "auto";
  std::string data;
  std::string memory = "shared";
  std::string turns = "long";
};

Settings parse(int argc, char** argv) {
  Settings settings;
  murmur::bench::read_options(argc,
                              argv,
                              {{"--threads", &settings.threads},
                               {"--steps", &settings.steps},
                               {"--repeats", &settings.repeats},
                               {"--workers", &settings.workers},
                               {"--gradients", &settings.gradients},
                               {"--algorithm", &settings.algorithm},
                               {"--matmul", &settings.matmul},
                               {"--data", &settings.data},
                               {"--memory", &settings.memory},
                               {"--turns", &settings.turns}});
  return settings;
}

World open_world(const Settings& settings) {
  const auto launch = take(murmur::comm::detect_launch());
  if (launch.library == murmur::comm::MpiLibrary::kNone) {
    return nullptr;
  }
  World world = take(murmur::comm::open_mpi(launch.library));
  return settings.memory == "shared" ? take(murmur::comm::share_host(std::move(world)))
                                     : std::move(world);
}

OptionValues options_of(const murmur::algorithms::Algorithm& algorithm) {
  OptionValues options(algorithm.options);
  if (algorithm.name == "sgd") {
    options.set("momentum", 0.9);
    options.set("nesterov", true);
  }
  return options;
}

murmur::engine::EngineParts<float> parts(const Settings& settings,
                                         murmur::problems::Problem<float>* problem,
                                         murmur::threads::Pool* pool,
                                         murmur::comm::Transport* transport) {
  const auto* algorithm = murmur::algorithms::find_algorithm(settings.algorithm);
  if (algorithm == nullptr) {
    refuse(fmt::format("no algorithm '{}'; murmur list algorithms shows them", settings.algorithm));
  }
  const auto* ring = murmur::topology::find_topology("ring");
  return {.program = algorithm->program<float>(options_of(*algorithm)),
          .topology = take(murmur::topology::make_topology(
              "ring", settings.workers, OptionValues(ring->options), 1)),
          .problem = problem,
          .pool = pool,
          .transport = transport,
          .ownership = murmur::comm::Ownership::even(
              settings.workers, transport == nullptr ? 1 : transport->processes())};
}

// Processor seconds of all threads.
double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::int64_t peak_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss * std::int64_t{1024};
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// Performs all steps once; returns the mean loss of the last one over this process's workers.
double run(Engine& engine, const Settings& settings) {
  double loss = 0;
  for (int step = 0; step < settings.steps; ++step) {
    const auto losses = take(engine.step(kLearningRate));
    loss = std::accumulate(losses.begin(), losses.end(), 0.0) / static_cast<double>(losses.size());
    if (settings.turns == "short") {
      std::this_thread::yield();
    }
  }
  return loss;
}

// From the first process's start until all have ended; no process begins before all can.
double seconds_of_run(Engine& engine, const Settings& settings) {
  const std::vector<double> mine(static_cast<std::size_t>(engine.local().size()));
  take(engine.collectives().gather(mine));
  const auto started = SteadyClock::now();
  run(engine, settings);
  take(engine.collectives().gather(mine));
  return std::chrono::duration<double>(SteadyClock::now() - started).count();
}

void measure(const Settings& settings, Engine& engine, bool is_first) {
  const double loss = run(engine, settings);
  const double gradient_steps = static_cast<double>(settings.workers) * settings.steps;
  const murmur::engine::Times before = engine.times();
  std::vector<double> rates;
  std::vector<double> cpu_rates;
  for (int k = 0; k < settings.repeats; ++k) {
    const double cpu = cpu_seconds();
    rates.push_back(gradient_steps / seconds_of_run(engine, settings));
    cpu_rates.push_back(gradient_steps / (cpu_seconds() - cpu));
  }
  if (!is_first) {
    return;
  }
  const double gradient = engine.times().gradient_s - before.gradient_s;
  const double algorithm = engine.times().algorithm_s - before.algorithm_s;
  fmt::print(R"({{"peer": "murmur", "gradient_steps_per_second": {:.1f}, "rates": [{:.1f}], )"
             R"("cpu_rates": [{:.1f}], "threads": {}, "workers": {}, "steps": {}, "loss": {:.4f}, )"
             R"("algorithm": "{}", "matmul": "{}", "share_beyond_gradient": {:.3f}, )"
             R"("state_bytes": {}, "peak_memory_bytes": {}}})"
             "\n",
             median(rates),
             fmt::join(rates, ", "),
             fmt::join(cpu_rates, ", "),
             settings.threads,
             settings.workers,
             settings.steps,
             loss,
             settings.algorithm,
             take(murmur::learning::matmul_library(settings.matmul)),
             algorithm / (gradient + algorithm),
             engine.state_bytes(),
             peak_bytes());
}

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const World world = open_world(settings);
  murmur::bench::Repeated problem(
      murmur::bench::make_w1(settings.workers, settings.data, settings.matmul), settings.gradients);
  murmur::threads::Pool pool(settings.threads);
  Engine engine(parts(settings, &problem, &pool, world.get()));
  measure(settings, engine, world == nullptr || world->process() == 0);
  return 0;
}
