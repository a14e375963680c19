// SPDX-License-Identifier: Apache-2.0
// mpi_digests [THREADS [shared]]: everything that is registered, on small problems, in the world in
// which the program was started: alone, by mpirun of Open MPI, by mpiexec of MPICH, with or without
// memory shared by the processes of a host. Prints one line per run on the first process's standard
// output; the lines do not depend on the world.
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "murmur/algorithms/algorithm.h"
#include "murmur/comm/host.h"
#include "murmur/comm/launch/launch.h"
#include "murmur/comm/mpi.h"
#include "murmur/engine/costs/event_schedule.h"
#include "tests/support/compressed.h"
#include "tests/support/example_batches.h"
#include "tests/support/outer_variants.h"
#include "tests/support/worlds.h"
#include "tests/topology/make.h"
#include "tests/worlds/mpi/run_recorder.h"

namespace murmur::testing {
namespace {

template <class S>
using Quadratic = RandomQuadratic<S>;

template <class S>
Program<S> plain(const std::string& algorithm) {
  const algorithms::Algorithm* found = algorithms::find_algorithm(algorithm);
  return found->program<S>(OptionValues(found->options));
}

Variant variant_of(const std::string& algorithm) {
  const algorithms::Algorithm* found = algorithms::find_algorithm(algorithm);
  return {algorithm, found, OptionValues(found->options)};
}

template <class S>
Quadratic<S> problem_of(int workers, typename Quadratic<S>::Shape shape = {}) {
  return Quadratic<S>(workers, {}, shape);
}

constexpr std::int64_t kFew = 20;  // rows and columns of a problem dominated by messages

// Every algorithm in every variant in float on a ring, with default options in double on a
// time-varying graph.
void run_algorithms(RunRecorder& recorder) {
  auto of_nine = problem_of<float>(9);
  for (const Variant& variant : variants()) {
    recorder.perform<float>("algorithm " + variant.label,
                            {.program = variant.algorithm->program<float>(variant.options),
                             .topology = topology::make("ring", 9),
                             .problem = &of_nine,
                             .steps = 6},
                            Split::kEven);
  }
  auto of_eight = problem_of<double>(8);
  for (const algorithms::Algorithm& algorithm : algorithms::algorithms()) {
    recorder.perform<double>(
        "algorithm in double " + algorithm.name,
        {.program = plain<double>(algorithm.name),
         .topology = topology_for(plain<double>(algorithm.name), "one-peer-exponential", 8),
         .problem = &of_eight,
         .steps = 5},
        Split::kFirstSmall);
  }
}

// Bases that keep a model per worker, with and without push-sum weights, and one for all workers.
void run_outer_steps(RunRecorder& recorder) {
  auto problem = problem_of<float>(9, {kFew, kFew, 7});
  for (const char* base : {"qg-dsgdm-n", "sgp", "allreduce-adam"}) {
    const bool one_model = plain<float>(base).keeps_one_model();
    for (const OuterVariant& variant : outer_variants(one_model)) {
      recorder.perform<float>(fmt::format("outer step {} over {}", variant.label, base),
                              {.program = with_outer_of(variant, variant_of(base)),
                               .topology = topology::make("ring", 9),
                               .problem = &problem,
                               .steps = 7},
                              one_model ? Split::kEven : Split::kLastLarge);
    }
  }
}

// Nine workers, or eight, or as many as the graph has.
std::shared_ptr<const topology::Topology> any_of(const topology::TopologyInfo& info) {
  for (const int workers : {9, 8, info.typical_workers}) {
    if (auto made = topology::try_make(info.name, workers)) {
      return made.value();
    }
  }
  MURMUR_CHECK(false, "no {}", info.name);
}

void run_topologies(RunRecorder& recorder) {
  for (const topology::TopologyInfo& info : topology::topologies()) {
    const auto graph = any_of(info);
    auto problem = problem_of<float>(graph->workers(), {kFew, kFew, 7});
    for (const char* algorithm : {"dsgdm", "sgp"}) {
      recorder.perform<float>(
          fmt::format("topology {} of {} under {}", info.name, graph->workers(), algorithm),
          {.program = plain<float>(algorithm), .topology = graph, .problem = &problem, .steps = 5},
          Split::kFirstSmall);
    }
  }
}

// Every codec with every algorithm that takes one, whole messages first.
void run_compressed(RunRecorder& recorder) {
  auto problem = problem_of<float>(9, {kFew, kFew, 7});
  for (const Compressed& compressed : compressed_variants()) {
    recorder.perform<float>(
        "compressed " + compressed.label,
        {.program = compressed.variant.algorithm->program<float>(compressed.variant.options),
         .topology = topology::make("ring", 9),
         .problem = &problem,
         .steps = 4,
         .compression = compressed.compression<float>(8, 1)},
        Split::kLastLarge);
  }
}

// Workers of three speeds, over links that take time.
void run_asynchronous(RunRecorder& recorder) {
  auto problem = problem_of<double>(9);
  for (const char* name : {"ring", "exponential", "complete"}) {
    const auto graph = topology::make(name, 9);
    const engine::Pace pace{
        .gradient_s = [](int worker, std::int64_t, double) { return 1.0 + worker % 3; },
        .meeting_s = [](int a, int b, std::int64_t, double) { return 0.1 * (1 + (a + b) % 4); }};
    recorder.perform<double>(fmt::format("asynchronous over {}", name),
                             {.program = plain<double>("ad-psgd"),
                              .topology = graph,
                              .problem = &problem,
                              .steps = 8,
                              .schedule = std::make_shared<engine::EventSchedule>(graph, pace, 3)},
                             Split::kLastLarge);
  }
}

// Rows that are sent in several buckets.
void run_large(RunRecorder& recorder) {
  auto problem = problem_of<float>(8, {600, 500, 35});
  for (const char* algorithm : {"qg-dsgdm-n", "allreduce-sgd", "sgp"}) {
    for (const Split split : {Split::kEven, Split::kFirstSmall}) {
      recorder.perform<float>(
          fmt::format(
              "300 000 coordinates of {}{}", algorithm, split == Split::kEven ? "" : ", unevenly"),
          {.program = plain<float>(algorithm),
           .topology = topology::make("exponential", 8),
           .problem = &problem,
           .steps = 2},
          split);
    }
  }
}

// Several batches of a step, each with a perturbed model, and clipping; tensors of two rates.
void run_gradients(RunRecorder& recorder) {
  ExampleBatches<float> problem(8, 2);
  for (const char* algorithm : {"qg-dsgdm-n", "allreduce-adam", "osgp", "ad-psgd"}) {
    recorder.perform<float>(fmt::format("gradients of {}", algorithm),
                            {.program = plain<float>(algorithm),
                             .topology = topology::make("ring", 8),
                             .problem = &problem,
                             .steps = 5,
                             .gradient = {.accumulate = 2, .sharpness = 0.1, .clip_norm = 0.5},
                             .factors_of_tensors = {{.rate = 0.5, .decay = 0}, {.rate = 2}}},
                            Split::kFirstSmall);
  }
}

// Rounds of three steps in which four of nine workers take part, with weights.
void run_rounds(RunRecorder& recorder) {
  ExampleBatches<float> problem(9, 2);
  const auto participation =
      std::make_shared<const engine::Participation>(engine::ParticipationSettings{
          .workers = 9, .share = 0.45, .weights = {1, 2, 3, 4, 5, 6, 7, 8, 9}, .period = 3});
  for (const OuterVariant& variant : outer_variants(false)) {
    if (variant.options.flag("exact_average") && variant.levels.empty() &&
        !algorithms::visits_sequentially(variant.options)) {
      recorder.perform<float>("rounds of " + variant.label,
                              {.program = with_outer_of(variant, variant_of("adam")),
                               .topology = topology::make("ring", 9),
                               .problem = &problem,
                               .steps = 7,
                               .participation = participation},
                              Split::kLastLarge);
    }
  }
}

int run_all(int threads, bool shared) {
  const comm::Launch launch = comm::detect_launch().value();
  std::unique_ptr<comm::Transport> transport;
  if (launch.library != comm::MpiLibrary::kNone) {
    transport = comm::open_mpi(launch.library).value();
  }
  if (transport != nullptr && shared) {
    transport = comm::share_host(std::move(transport)).value();
    if (transport->shared_views() == nullptr) {
      return 1;
    }
  }
  RunRecorder recorder(transport.get(), threads);
  run_algorithms(recorder);
  run_outer_steps(recorder);
  run_topologies(recorder);
  run_compressed(recorder);
  run_asynchronous(recorder);
  run_large(recorder);
  run_gradients(recorder);
  run_rounds(recorder);
  for (const std::string& line : recorder.lines()) {
    fmt::print("{}\n", line);
  }
  const int processes = transport == nullptr ? 1 : transport->processes();
  if (transport == nullptr || transport->process() == 0) {
    fmt::print("run by {} processes\n", processes);
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace murmur::testing

int main(int argc, char** argv) {
  return murmur::testing::run_all(argc > 1 ? std::atoi(argv[1]) : 1,
                                  argc > 2 && std::string_view(argv[2]) == "shared");
}
