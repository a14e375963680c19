// SPDX-License-Identifier: Apache-2.0
// A failure at every operation of a round, for every kind of communication: each process ends with
// an error that names what it waited for, and none accesses memory that was released meanwhile
// (checked by the address sanitizer).
#include <algorithm>
#include <barrier>
#include <chrono>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/comm/host.h"
#include "murmur/comm/in_process/in_process_fabric.h"
#include "murmur/comm/step_agreement.h"
#include "tests/support/failing_transport.h"
#include "tests/support/steady_problem.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

using std::chrono::milliseconds;
using ::testing::ContainsRegex;

const std::vector<int> kOwnership{2, 1, 1};
constexpr int kProcesses = 3;
constexpr int kVictim = 1;
constexpr int kSteps = 3;

struct Scheme {
  std::string name;
  std::string algorithm;
  std::string topology;
  std::string outer = {};

  Program<double> program() const {
    const algorithms::Algorithm* const base = algorithms::find_algorithm(algorithm);
    Program<double> made = base->program<double>(OptionValues(base->options));
    if (outer.empty()) {
      return made;
    }
    const algorithms::OuterStep* const step = algorithms::find_outer_step(outer);
    OptionValues options(step->options);
    options.set("period", std::int64_t{1});
    if (outer == "easgd") {
      options.set("order", std::string("round-robin"));
      return algorithms::with_outer(std::move(made), *step, options, false);
    }
    return algorithms::with_outer(std::move(made), *step, options, false, {{1, 3}});
  }
};

const std::vector<Scheme> kSchemes{{"Mix", "dsgd", "ring"},
                                   {"MixOfTwoFields", "dsgd-gt", "ring"},
                                   {"Push", "sgp", "exponential"},
                                   {"SendAndArrive", "osgp", "exponential"},
                                   {"Average", "allreduce-sgd", "ring"},
                                   {"AverageOfGroups", "sgd", "ring", "average"},
                                   {"Sequential", "sgd", "ring", "easgd"},
                                   {"Pairs", "ad-psgd", "ring"}};

enum class Fault {
  kFails,   // one of its waits fails; it notifies the others, as a run does
  kLeaves,  // it ends without notifying the others
  kStops,   // it is silent until the others have given up, and then continues
};

struct Case {
  Scheme scheme;
  bool shares_memory = false;
  Fault fault = Fault::kFails;
};

std::string name_of(const Case& of) {
  const char* const words[]{"Fails", "Leaves", "Stops"};
  return of.scheme.name + (of.shares_memory ? "InSharedMemory" : "ByMessages") +
         words[static_cast<int>(of.fault)];
}

std::ostream& operator<<(std::ostream& out, const Case& of) {
  return out << name_of(of);
}

struct Ended {
  std::optional<Failure> failure;
  int operations = 0;  // in total
  int asked = 0;       // those before the engine was destroyed
};

// One world with a failure at one operation of one process.
class FaultyWorld {
 public:
  FaultyWorld(const Case& of, int at) : case_(of), at_(at) {}

  std::vector<Ended> perform() {
    std::vector<Ended> ended(kProcesses);
    std::vector<std::thread> threads;
    for (int p = 0; p < kProcesses; ++p) {
      threads.emplace_back([this, p, &here = ended[static_cast<std::size_t>(p)]] {
        auto transport = fabric_.transport(p);
        if (case_.shares_memory) {
          transport = comm::share_host(std::move(transport)).value();
        }
        run_process(*transport, here);
        if (p == kVictim && case_.fault == Fault::kLeaves) {
          transport = nullptr;
        }
        all_.arrive_and_wait();  // engines are destroyed, transports still work
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    return ended;
  }

 private:
  void run_process(comm::Transport& transport, Ended& ended) {
    const bool is_victim = transport.process() == kVictim;
    if (case_.fault == Fault::kStops && at_ > 0) {  // undisturbed, a slow machine may take longer
      transport.set_wait_limit(milliseconds(30));
    }
    comm::StepAgreement agreement(transport);
    FailingTransport failing(
        &transport, is_victim ? at_ : 0, [&](comm::Transport& other) { inject(other); });
    const Status status = run(failing, ended.asked);
    ended.operations = failing.operations();
    if (!status) {
      ended.failure = status.failure();
      if (case_.fault != Fault::kStops && !(is_victim && at_ > 0 && leaves())) {
        agreement.give_up(status.failure().message);
      }
    }
    if (!is_victim) {
      others_.arrive_and_drop();
    }
  }

  bool leaves() const { return case_.fault == Fault::kLeaves; }

  void inject(comm::Transport& other) {
    if (case_.fault == Fault::kStops) {
      others_.arrive_and_wait();
    } else {
      other.fail({FailureKind::kPeer, "process 1 was made to fail"});
    }
  }

  Status run(FailingTransport& transport, int& asked) {
    SteadyProblem problem(4);
    threads::Pool pool(1);
    engine::Engine<double> engine({.program = case_.scheme.program(),
                                   .topology = topology_of(case_.scheme.topology, 4),
                                   .problem = &problem,
                                   .pool = &pool,
                                   .transport = &transport,
                                   .ownership = comm::Ownership(kOwnership)});
    for (int step = 0; step < kSteps; ++step) {
      if (const auto stepped = engine.step(0.1); !stepped) {
        return stepped.failure();
      }
    }
    if (const Status settled = engine.settle(); !settled) {
      return settled;
    }
    std::vector<double> average(engine.layout().row_size());
    if (const Status averaged = engine.average_model(average); !averaged) {
      return averaged;
    }
    const auto apart = engine.consensus_distance(average);
    asked = transport.operations();
    return apart ? Status(Ok{}) : apart.failure();
  }

  const Case case_;
  const int at_;
  comm::InProcessFabric fabric_{kProcesses};
  std::barrier<> all_{kProcesses};
  std::barrier<> others_{kProcesses};  // all but the victim have ended
};

bool all_went_well(const std::vector<Ended>& ended) {
  return std::none_of(
      ended.begin(), ended.end(), [](const Ended& each) { return each.failure.has_value(); });
}

// The message names a row, an average or numbers, and the workers that were waited for.
void expect_named(const std::vector<Ended>& ended) {
  for (const Ended& each : ended) {
    if (each.failure) {
      EXPECT_EQ(each.failure->kind, FailureKind::kPeer) << each.failure->message;
      EXPECT_THAT(each.failure->message,
                  ContainsRegex("(waiting for|sending to|sending|the row of) [a-z ]*worker"));
    }
  }
}

class EveryCommunicationScheme : public ::testing::TestWithParam<Case> {};

TEST_P(EveryCommunicationScheme, EndsWithANameWhereverItFails) {
  const Ended undisturbed = FaultyWorld(GetParam(), 0).perform()[kVictim];
  ASSERT_FALSE(undisturbed.failure);
  const int all = undisturbed.operations;
  ASSERT_GT(undisturbed.asked, 10);
  // The others wait for a silent process until their timeout, so not all operations are tried.
  const int stride = GetParam().fault == Fault::kFails ? 1 : all / 12 + 1;
  for (int at = 1; at <= all; at += stride) {
    SCOPED_TRACE("operation " + std::to_string(at) + " of " + std::to_string(all));
    const std::vector<Ended> ended = FaultyWorld(GetParam(), at).perform();
    expect_named(ended);
    ASSERT_FALSE(::testing::Test::HasFailure());
    const bool may_be_in_time = GetParam().fault == Fault::kStops;
    ASSERT_TRUE(may_be_in_time || at > undisturbed.asked || !all_went_well(ended));
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const Scheme& scheme : kSchemes) {
    for (const bool shares_memory : {false, true}) {
      for (const Fault fault : {Fault::kFails, Fault::kLeaves, Fault::kStops}) {
        all.push_back({scheme, shares_memory, fault});
      }
    }
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Failures,
                         EveryCommunicationScheme,
                         ::testing::ValuesIn(cases()),
                         [](const auto& info) { return name_of(info.param); });

// Checks that every communicating stage is covered above.
TEST(Failures, AreTriedInEveryCommunicatingStage) {
  std::set<std::size_t> tried;
  for (const Scheme& scheme : kSchemes) {
    for (const Stage<double>& stage : scheme.program().round) {
      tried.insert(stage.what.index());
    }
  }
  for (const Stage<double>& stage : std::vector<Stage<double>>{{MixStage{}},
                                                               {PushStage{}},
                                                               {SendStage{}},
                                                               {ArriveStage{}},
                                                               {AverageStage{}},
                                                               {SequentialStage<double>{}}}) {
    EXPECT_TRUE(tried.contains(stage.what.index())) << stage.what.index();
  }
}

}  // namespace
}  // namespace murmur::testing
