// SPDX-License-Identifier: Apache-2.0
// One worker per process, started by mpirun: the time of an algorithm's step, and the time that the
// clock of murmur/timing predicts for it. One line of JSON per run. bench/cluster starts it on an
// emulated network.
//
//   bench_cluster [--runs gradient,allreduce-sgd,local-sgd,dsgd,sgp,osgp] [--steps 12] [--warm-up
//   2]
//     [--gradient sleeps|silent|computes] [--gradient-s 0.35] [--parameters 10000000] [--layers 40]
//     [--predicts 1]
//
// dsgd uses a ring, sgp and osgp one-peer exponential graphs, local-sgd averages every 12 steps. A
// silent gradient announces nothing before it is done. The clock gets two values that are measured
// in the same run: the step of `gradient` (which must come before the others) and, just before each
// run, the bandwidth while every process sends to the next one.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "bench/busy_problem.h"
#include "bench/options.h"
#include "bench/usable_gbit.h"
#include <fmt/format.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/algorithms/outer/outer.h"
#include "murmur/comm/exchange.h"
#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/engine/costs/timeline.h"
#include "murmur/engine/engine.h"
#include "murmur/threads/pool.h"
#include "murmur/topology/topology.h"

namespace {

using murmur::OptionValues;
using murmur::Program;
using murmur::bench::BusyProblem;
using murmur::bench::refuse;
using murmur::bench::take;
using SteadyClock = std::chrono::steady_clock;

constexpr double kLearningRate = 0.1;
constexpr std::int64_t kPeriod = 12;  // of Local SGD
constexpr double kLatency = 1e-4;     // seconds, of the clock: nothing beside its messages

struct Settings {
  std::string runs = "gradient,allreduce-sgd,local-sgd,dsgd,sgp,osgp";
  std::string gradient = "sleeps";
  double steps = 12;
  double warm_up = 2;
  double gradient_s = 0.35;
  double parameters = 1e7;
  double layers = 40;
  double predicts = 1;
};

Settings parse(int argc, char** argv) {
  Settings settings;
  murmur::bench::read_options(argc,
                              argv,
                              {{"--runs", &settings.runs},
                               {"--gradient", &settings.gradient},
                               {"--steps", &settings.steps},
                               {"--warm-up", &settings.warm_up},
                               {"--gradient-s", &settings.gradient_s},
                               {"--parameters", &settings.parameters},
                               {"--layers", &settings.layers},
                               {"--predicts", &settings.predicts}});
  if (settings.steps < 1 || settings.layers < 1 || settings.parameters < settings.layers) {
    refuse("--steps and --layers are 1 or more, --parameters is as many as layers or more");
  }
  return settings;
}

Program<float> program_of(const std::string& run) {
  const bool local_sgd = run == "local-sgd";
  const std::string name = local_sgd || run == "gradient" ? "sgd" : run;
  const auto* algorithm = murmur::algorithms::find_algorithm(name);
  if (algorithm == nullptr) {
    refuse(fmt::format("no run '{}'; the file's head names them", run));
  }
  OptionValues options(algorithm->options);
  if (options.has("momentum")) {
    options.set("momentum", 0.0);
  }
  Program<float> program = algorithm->program<float>(options);
  if (!local_sgd) {
    return program;
  }
  const auto* average = murmur::algorithms::find_outer_step("average");
  OptionValues outer(average->options);
  outer.set("period", kPeriod);
  return murmur::algorithms::with_outer(std::move(program), *average, outer, false);
}

std::shared_ptr<const murmur::topology::Topology> topology_of(const std::string& run, int workers) {
  const std::string name = run == "sgp" || run == "osgp" ? "one-peer-exponential" : "ring";
  const auto* info = murmur::topology::find_topology(name);
  return take(murmur::topology::make_topology(name, workers, OptionValues(info->options), 1));
}

// Number of products and sums that one process alone performs in this time.
std::int64_t products_in(double seconds, murmur::comm::Transport& transport) {
  std::int64_t products = 0;
  if (transport.process() == 0) {
    constexpr std::int64_t kTried = 50'000'000;
    double fastest_s = 1e9;
    for (int k = 0; k < 5; ++k) {
      const auto begun = SteadyClock::now();
      volatile float result = BusyProblem::compute(kTried);
      static_cast<void>(result);
      const std::chrono::duration<double> took = SteadyClock::now() - begun;
      fastest_s = std::min(fastest_s, took.count());
    }
    products = static_cast<std::int64_t>(seconds / fastest_s * kTried);
  }
  return std::atoll(
      take(murmur::comm::exchange_texts(transport, std::to_string(products))).front().c_str());
}

// The measurements of one process, later of all: the longest time, the mean of the rest.
struct Measured {
  double seconds = 0;
  double wait_s = 0;
  double sent_bytes = 0;
};

class Bench {
 public:
  Bench(const Settings& settings, murmur::comm::Transport& transport)
      : settings_(settings), transport_(transport), pool_(1), gradient_s_(settings.gradient_s) {
    const bool computes = settings.gradient == "computes";
    problem_ = std::make_unique<BusyProblem>(BusyProblem::Settings{
        .workers = transport.processes(),
        .parameters = static_cast<std::int64_t>(settings.parameters),
        .layers = static_cast<int>(settings.layers),
        .gradient_s = settings.gradient_s,
        .products = computes ? products_in(settings.gradient_s, transport) : 0,
        .announces = settings.gradient != "silent"});
  }

  void play(const std::string& run) {
    const auto topology = topology_of(run, transport_.processes());
    const Program<float> program = program_of(run);
    // The first average touches its memory for the first time.
    const double warm_up = run == "local-sgd" ? kPeriod : settings_.warm_up;
    const double gbit = settings_.predicts > 0 && run != "gradient"
                            ? take(murmur::bench::usable_gbit(transport_))
                            : 0;
    const Measured measured = measure(program, topology, warm_up);
    const double step_s = measured.seconds / settings_.steps;
    if (run == "gradient") {
      gradient_s_ = step_s;
    }
    if (transport_.process() == 0) {
      const double predicted_s = gbit > 0 ? predicted(program, topology, warm_up, gbit) : 0;
      fmt::print(
          R"({{"run": "{}", "step_ms": {:.2f}, "predicted_ms": {:.2f}, "usable_gbit": {:.4f}, )"
          R"("wait_ms": {:.2f}, "sent_mb": {:.3f}}})"
          "\n",
          run,
          1e3 * step_s,
          1e3 * predicted_s,
          gbit,
          1e3 * measured.wait_s / settings_.steps,
          1e-6 * measured.sent_bytes / settings_.steps);
      std::fflush(stdout);
    }
  }

 private:
  using Graph = std::shared_ptr<const murmur::topology::Topology>;

  static void perform(murmur::engine::Engine<float>& engine, double steps) {
    for (int step = 0; step < steps; ++step) {
      take(engine.step(kLearningRate));
    }
  }

  Measured measure(const Program<float>& program, const Graph& topology, double warm_up) {
    const int processes = transport_.processes();
    murmur::engine::Engine<float> engine(
        {.program = program,
         .topology = topology,
         .problem = problem_.get(),
         .pool = &pool_,
         .transport = &transport_,
         .ownership = murmur::comm::Ownership::even(processes, processes)});
    perform(engine, warm_up);
    const double nothing = 0;
    take(
        engine.collectives().gather({&nothing, 1}));  // a barrier: no process begins before all can
    const auto begun = SteadyClock::now();
    const double waited_s = engine.times().wait_s;
    const auto sent_bytes = static_cast<double>(transport_.bytes_sent());
    perform(engine, settings_.steps);
    const std::chrono::duration<double> took = SteadyClock::now() - begun;
    const Measured mine{took.count(),
                        engine.times().wait_s - waited_s,
                        static_cast<double>(transport_.bytes_sent()) - sent_bytes};
    if (const murmur::Status settled = engine.settle(); !settled) {
      refuse(settled.failure().message);
    }
    return of_all(engine, mine);
  }

  static Measured of_all(murmur::engine::Engine<float>& engine, const Measured& mine) {
    const auto times = take(engine.collectives().gather({&mine.seconds, 1}));
    const auto mean = [&](double value) {
      double sum = 0;
      const auto values = take(engine.collectives().gather({&value, 1}));
      for (const double each : values) {
        sum += each / static_cast<double>(values.size());
      }
      return sum;
    };
    return {
        *std::max_element(times.begin(), times.end()), mean(mine.wait_s), mean(mine.sent_bytes)};
  }

  // Predicted seconds of a step.
  double predicted(const Program<float>& program,
                   const Graph& topology,
                   double warm_up,
                   double gbit) const {
    const murmur::timing::Cluster cluster{
        .step = {.seconds = {gradient_s_}},
        .bandwidth_gbit = {gbit},
        .latency_s = {kLatency},
        .overlap = settings_.gradient == "silent" ? 0 : BusyProblem::kBackward};
    const auto parameters = static_cast<std::int64_t>(problem_->layout().parameters());
    murmur::engine::Timeline timeline({program, topology, parameters},
                                      {cluster, topology->workers(), 1});
    const auto go_to = [&](double step) {
      while (static_cast<double>(timeline.steps()) < step) {
        if (const murmur::Status went = timeline.step(); !went) {
          refuse(went.failure().message);
        }
      }
      return timeline.virtual_s();
    };
    const double begun_s = go_to(warm_up);
    return (go_to(warm_up + settings_.steps) - begun_s) / settings_.steps;
  }

  Settings settings_;
  murmur::comm::Transport& transport_;
  murmur::threads::Pool pool_;
  std::unique_ptr<BusyProblem> problem_;
  double gradient_s_;  // a step without messages
};

}  // namespace

int main(int argc, char** argv) {
  const Settings settings = parse(argc, argv);
  const murmur::comm::Launch launch = take(murmur::comm::detect_launch());
  if (launch.library == murmur::comm::MpiLibrary::kNone) {
    refuse("is started by mpirun -n 4, or on a network by bench/cluster");
  }
  const auto transport =
      take(murmur::comm::share_host(take(murmur::comm::open_mpi(launch.library))));
  Bench bench(settings, *transport);
  for (std::size_t at = 0; at <= settings.runs.size();) {
    const std::size_t end = std::min(settings.runs.find(',', at), settings.runs.size());
    bench.play(settings.runs.substr(at, end - at));
    at = end + 1;
  }
  return 0;
}
