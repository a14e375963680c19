// SPDX-License-Identifier: Apache-2.0
// AD-PSGD against a naive loop over events, and the invariants of pairwise averaging.
#include <algorithm>
#include <array>
#include <string>

#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 6;
constexpr double kDecay = 0.01;
constexpr std::uint64_t kSeed = 3;

// One worker is twice as slow, the others slightly uneven: order and staleness keep changing.
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
  return engine::Engine<double>(
      {.program = program,
       .topology = ring,
       .problem = problem,
       .pool = pool,
       .ownership = comm::Ownership({kWorkers}),
       .weight_decay = kDecay,
       .schedule = std::make_shared<engine::EventSchedule>(ring, uneven(), kSeed)});
}

struct NaiveWorker {
  Stack x;
  Stack start;
  Stack momentum;
  std::int64_t gradients = 0;
  double ready_s = 0;
};

// One event after the other, as in the paper's listing, in a loop without event batches.
class Naive {
 public:
  Naive(const Quadratic& quadratic, double beta, bool nesterov)
      : quadratic_(quadratic), beta_(beta), nesterov_(nesterov) {
    for (int i = 0; i < kWorkers; ++i) {
      const Stack x = of_worker(quadratic.start, kWorkers, i);
      workers_.push_back({x, x, Stack(0.0, x.size()), 0, uneven().gradient_s(i, 0, 0)});
    }
  }

  void step(double rate) {
    for (int event = 0; event < kWorkers; ++event) {
      int next = 0;
      for (int i = 1; i < kWorkers; ++i) {
        next = workers_[at(i)].ready_s < workers_[at(next)].ready_s ? i : next;
      }
      act(next, rate);
    }
  }

  Stack models() const {
    const std::size_t d = quadratic_.dimension();
    Stack all(quadratic_.start.size());
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      all[std::slice(i * d, d, 1)] = workers_[i].x;
    }
    return all;
  }

 private:
  static std::size_t at(int i) { return static_cast<std::size_t>(i); }

  void act(int i, double rate) {
    NaiveWorker& me = workers_[at(i)];
    const Stack all = everywhere(me.start, kWorkers);
    const Stack g = of_worker(quadratic_.gradient(all, kDecay), kWorkers, i);
    me.momentum = beta_ * me.momentum + g;
    std::array<int, 2> neighbors{(i + 1) % kWorkers, (i + kWorkers - 1) % kWorkers};
    std::sort(neighbors.begin(), neighbors.end());
    const Random draw(kSeed, Stream::kPartner, i, me.gradients);
    NaiveWorker& other = workers_[at(neighbors[draw.below(0, 2)])];
    me.x = other.x = 0.5 * (me.x + other.x);
    me.x -= rate * (nesterov_ ? Stack(g + beta_ * me.momentum) : me.momentum);
    me.start = me.x;
    me.ready_s += uneven().gradient_s(i, ++me.gradients, me.ready_s);
  }

  const Quadratic& quadratic_;
  double beta_;
  bool nesterov_;
  std::vector<NaiveWorker> workers_;
};

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
  const Quadratic quadratic = random_quadratic(kWorkers);
  for (const auto& [beta, nesterov] : {std::pair{0.0, false}, {0.9, false}, {0.9, true}}) {
    const Program<double> program =
        program_of("ad-psgd", {{"momentum", beta}, {"nesterov", nesterov}});
    const auto problem = quadratic.problem()();
    threads::Pool pool(2);
    engine::Engine<double> engine = asynchronous_engine(program, problem.get(), &pool);
    Naive naive(quadratic, beta, nesterov);
    for (const double rate : kStepRates) {
      ASSERT_TRUE(engine.step(0.2 * rate));
      naive.step(0.2 * rate);
    }
    EXPECT_LT(apart(models_of(engine, quadratic.dimension()), naive.models()), kRounding)
        << beta << nesterov;
  }
}

// At rate 0 only pairwise averages remain: the mean is kept, and no average drives models apart.
TEST(AdPsgd, ComesToTheMeanOfTheModelsAtRateZero) {
  const Quadratic quadratic = random_quadratic(kWorkers);
  const auto problem = quadratic.problem()();
  threads::Pool pool(1);
  engine::Engine<double> engine = asynchronous_engine(program_of("ad-psgd"), problem.get(), &pool);
  for (int t = 0; t < 10; ++t) {
    ASSERT_TRUE(engine.step(0.1));
  }
  const Stack before = mean_of(models_of(engine, quadratic.dimension()), kWorkers);
  const auto distance = [&] {
    const Stack away = models_of(engine, quadratic.dimension()) - everywhere(before, kWorkers);
    return (away * away).sum();
  };
  double last = distance();
  EXPECT_GT(last, 1e-3);
  for (int t = 0; t < 200; ++t) {
    ASSERT_TRUE(engine.step(0));
    EXPECT_LE(distance(), last + kRounding);
    last = distance();
  }
  EXPECT_LT(apart(models_of(engine, quadratic.dimension()), everywhere(before, kWorkers)), 1e-9);
}

}  // namespace
}  // namespace murmur::testing
