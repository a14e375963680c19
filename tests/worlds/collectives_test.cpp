// SPDX-License-Identifier: Apache-2.0
// Collective operations between rounds, and the limit on the number of an engine's messages.
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/comm/in_process/in_process_fabric.h"
#include "tests/support/failing_transport.h"
#include "tests/support/steady_problem.h"
#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using Numbers = Result<std::vector<double>>;

engine::EngineParts<double> parts_of(SteadyProblem& problem,
                                     threads::Pool& pool,
                                     comm::Transport& transport) {
  const algorithms::Algorithm* const found = algorithms::find_algorithm("dsgd");
  return {.program = found->program<double>(OptionValues(found->options)),
          .topology = topology_of("ring", problem.workers()),
          .problem = &problem,
          .pool = &pool,
          .transport = &transport,
          .ownership = comm::Ownership::even(problem.workers(), transport.processes())};
}

// Two processes with an engine each, which call at the same time.
template <class Ask>
std::vector<std::string> failures_of(const Ask& ask) {
  comm::InProcessFabric fabric(2, std::chrono::milliseconds(50));
  std::vector<std::string> failures(2);
  std::vector<std::thread> threads;
  for (int p = 0; p < 2; ++p) {
    threads.emplace_back([&, p, transport = fabric.transport(p)] {
      SteadyProblem problem(2, 1);
      threads::Pool pool(1);
      engine::Engine<double> engine(parts_of(problem, pool, *transport));
      const Status asked = ask(engine, p);
      failures[static_cast<std::size_t>(p)] = asked ? "none" : asked.failure().message;
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  return failures;
}

Status status_of(const Numbers& numbers) {
  return numbers ? Status(Ok{}) : numbers.failure();
}

TEST(Collectives, OfOneCallSiteMatch) {
  const auto ask = [](engine::Engine<double>& engine, int p) {
    const double mine = p;
    return status_of(engine.collectives().gather({&mine, 1}));
  };
  EXPECT_THAT(failures_of(ask), Each("none"));
}

TEST(Collectives, OfDifferentCallSitesDoNotMatch) {
  const auto ask = [](engine::Engine<double>& engine, int p) {
    const double mine = p;
    if (p == 0) {
      return status_of(engine.collectives().gather({&mine, 1}));  // for example a loss
    }
    return status_of(engine.collectives().gather({&mine, 1}));  // for example a digest
  };
  EXPECT_THAT(failures_of(ask),
              Each(HasSubstr("collecting numbers of all workers: waiting for worker")));
}

// One process has called an average that the other has not called.
TEST(Collectives, OutOfStepDoNotMatch) {
  const auto ask = [](engine::Engine<double>& engine, int p) {
    std::vector<double> row(engine.layout().row_size());
    if (p == 0) {
      static_cast<void>(engine.average_model(row));
    }
    return engine.average_model(row);
  };
  EXPECT_THAT(failures_of(ask), ::testing::Contains(HasSubstr("averaging over all workers")));
}

class FewTags final : public FailingTransport {
 public:
  FewTags(comm::Transport* other, comm::Tag largest)
      : FailingTransport(other, 0, {}), largest_(largest) {}
  comm::Tag largest_tag() const override { return largest_; }

 private:
  comm::Tag largest_;
};

TEST(Limits, OfMessagesAreCheckedBeforeAnEngineIsMade) {
  constexpr int kWorkers = 64;
  constexpr comm::Tag kPromisedByMpi = 32767;
  comm::InProcessFabric fabric(kWorkers);
  threads::Pool pool(1);
  const auto other = fabric.transport(0);
  FewTags transport(other.get(), kPromisedByMpi);
  SteadyProblem problem(kWorkers, 1000);
  engine::EngineParts<double> parts = parts_of(problem, pool, transport);
  EXPECT_TRUE(engine::check_limits(parts));

  comm::InProcessFabric small(2);
  const auto one = small.transport(0);
  FewTags few(one.get(), kPromisedByMpi);
  parts.transport = &few;
  parts.ownership = comm::Ownership::even(kWorkers, 2);
  const Status checked = engine::check_limits(parts);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.failure().kind, FailureKind::kInvalid);
  EXPECT_THAT(checked.failure().message,
              AllOf(HasSubstr("32 workers in a process"),
                    HasSubstr("1000 messages each"),
                    HasSubstr("start more processes")));
}

}  // namespace
}  // namespace murmur::testing
