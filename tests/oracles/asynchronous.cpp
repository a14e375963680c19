// SPDX-License-Identifier: Apache-2.0
// AD-PSGD against a naive loop over events, and what pairwise averaging keeps.
#include <algorithm>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 6;
constexpr double kDecay = 0.01;

// A worker twice as slow, others a little uneven: order and staleness change all the time.
engine::Pace uneven() {
  engine::Pace pace;
  pace.gradient_s = [](int worker, std::int64_t k, double) {
    return (worker == 1 ? 2.0 : 1.0) + 0.07 * static_cast<double>((3 * worker + k) % 5);
  };
  return pace;
}

engine::Engine<double> asynchronous_engine(const Program<double>& program,
                                           problems::Problem<double>* problem,
                                           threads::Pool* pool) {
  const auto ring = topology_of("ring", kWorkers, {});
  return engine::Engine<double>({.program = program,
                                 .topology = ring,
                                 .problem = problem,
                                 .pool = pool,
                                 .ownership = comm::Ownership({kWorkers}),
                                 .weight_decay = kDecay,
                                 .turns = std::make_shared<engine::Turns>(ring, uneven(), 3)});
}

struct NaiveWorker {
  Stack x;
  Stack start;
  Stack momentum;
};

// One event after the other, as the paper's listing has it.
Stack naive(const Bowl& bowl, double beta, bool nesterov, const std::vector<double>& rates) {
  const auto worker_gradient = [&](int i, const Stack& at) {
    return of_worker(bowl.gradient(everywhere(at, kWorkers), kDecay), kWorkers, i);
  };
  std::vector<NaiveWorker> workers;
  for (int i = 0; i < kWorkers; ++i) {
    const Stack x = of_worker(bowl.start, kWorkers, i);
    workers.push_back({x, x, Stack(0.0, x.size())});
  }
  engine::Turns turns(topology_of("ring", kWorkers, {}), uneven(), 3);
  for (std::size_t t = 0; t < rates.size(); ++t) {
    EXPECT_TRUE(turns.go_to(static_cast<std::int64_t>(t)));
    for (const engine::Turn& turn : turns.turns()) {
      for (const engine::Turn::Actor& actor : turn.actors) {
        NaiveWorker& me = workers[static_cast<std::size_t>(actor.worker)];
        const Stack g = worker_gradient(actor.worker, me.start);
        me.momentum = beta * me.momentum + g;
        const int partner = turn.mixing.in(actor.worker).front().worker;
        NaiveWorker& other = workers[static_cast<std::size_t>(partner)];
        me.x = other.x = 0.5 * (me.x + other.x);
        me.x -= rates[t] * (nesterov ? Stack(g + beta * me.momentum) : me.momentum);
        me.start = me.x;
      }
    }
  }
  Stack all(bowl.start.size());
  const std::size_t d = bowl.dimension();
  for (std::size_t i = 0; i < workers.size(); ++i) {
    all[std::slice(i * d, d, 1)] = workers[i].x;
  }
  return all;
}

Stack models_of(const engine::Engine<double>& engine, std::size_t dimension) {
  Stack all(dimension * kWorkers);
  for (int i = 0; i < kWorkers; ++i) {
    for (std::size_t k = 0; k < dimension; ++k) {
      all[static_cast<std::size_t>(i) * dimension + k] = engine.model(i)[k];
    }
  }
  return all;
}

TEST(AdPsgd, IsTheLoopOverEvents) {
  const Bowl bowl = random_bowl(kWorkers);
  for (const auto& [beta, nesterov] : {std::pair{0.0, false}, {0.9, false}, {0.9, true}}) {
    const Program<double> program =
        program_of("ad-psgd", {{"momentum", beta}, {"nesterov", nesterov}});
    const auto problem = bowl.problem()();
    threads::Pool pool(2);
    engine::Engine<double> engine = asynchronous_engine(program, problem.get(), &pool);
    for (const double rate : kStepRates) {
      ASSERT_TRUE(engine.step(0.2 * rate));
    }
    std::vector<double> rates = kStepRates;
    std::transform(rates.begin(), rates.end(), rates.begin(), [](double r) { return 0.2 * r; });
    EXPECT_LT(apart(models_of(engine, bowl.dimension()), naive(bowl, beta, nesterov, rates)),
              kRounding)
        << beta << nesterov;
  }
}

// At rate 0 only pairs meet: the mean stays, and no meeting drives models apart.
TEST(AdPsgd, ComesToTheMeanOfTheModelsAtRateZero) {
  const Bowl bowl = random_bowl(kWorkers);
  const auto problem = bowl.problem()();
  threads::Pool pool(1);
  engine::Engine<double> engine = asynchronous_engine(program_of("ad-psgd"), problem.get(), &pool);
  for (int t = 0; t < 10; ++t) {
    ASSERT_TRUE(engine.step(0.1));
  }
  const Stack before = mean_of(models_of(engine, bowl.dimension()), kWorkers);
  const auto distance = [&] {
    const Stack away = models_of(engine, bowl.dimension()) - everywhere(before, kWorkers);
    return (away * away).sum();
  };
  double last = distance();
  EXPECT_GT(last, 1e-3);
  for (int t = 0; t < 200; ++t) {
    ASSERT_TRUE(engine.step(0));
    EXPECT_LE(distance(), last + kRounding);
    last = distance();
  }
  EXPECT_LT(apart(models_of(engine, bowl.dimension()), everywhere(before, kWorkers)), 1e-9);
}

}  // namespace
}  // namespace murmur::testing
