// SPDX-License-Identifier: Apache-2.0
// Laws of problems whose models have buffers, for every algorithm: buffers are the worker's own,
// change no model, and are the same in every world.
#include <algorithm>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/worlds.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;

// Counts the passes of a worker, and adds up a coordinate of its models.
class Counting : public RandomQuadratic<double> {
 public:
  Counting() : RandomQuadratic<double>(kWorkers) { buffers_.add("seen", {2}); }

  const Layout& buffers() const override { return buffers_; }
  void start_buffers(std::span<double> row) const override { row[1] = 0.25; }
  void gradients(std::span<problems::GradientJob<double>> jobs,
                 int thread,
                 const problems::RangeReady& ready) override {
    for (problems::GradientJob<double>& job : jobs) {
      if (job.buffers != nullptr) {
        job.buffers[0] += 1;
        job.buffers[1] += job.x[3];
      }
    }
    RandomQuadratic<double>::gradients(jobs, thread, ready);
  }

 private:
  Layout buffers_{sizeof(double)};
};

RunSpec<double> spec_of(const Variant& variant, bool counts) {
  return {.program = variant.algorithm->program<double>(variant.options),
          .topology = topology_of("ring", kWorkers),
          .problem = [counts]() -> std::unique_ptr<problems::Problem<double>> {
            if (counts) {
              return std::make_unique<Counting>();
            }
            return std::make_unique<RandomQuadratic<double>>(kWorkers);
          },
          .rates = {0.1, 0.1, 0.05}};
}

class Buffers : public ::testing::TestWithParam<Variant> {};

TEST_P(Buffers, AreTheSameInEveryWorld) {
  const RunSpec<double> spec = spec_of(GetParam(), true);
  const Rows<double> one = run(spec);
  EXPECT_EQ(run(spec, {.threads = 3, .ownership = {}}), one);
  EXPECT_EQ(run(spec, {.threads = 2, .ownership = {1, 3, 1}}), one);
}

TEST_P(Buffers, ChangeNoModel) {
  Solo<double> with(spec_of(GetParam(), true));
  Solo<double> without(spec_of(GetParam(), false));
  for (const double rate : spec_of(GetParam(), true).rates) {
    ASSERT_TRUE(with.engine->step(rate));
    ASSERT_TRUE(without.engine->step(rate));
  }
  EXPECT_EQ(with.engine->counters().bytes_sent, without.engine->counters().bytes_sent);
  const std::size_t field = with.engine->program().buffers().value();
  std::vector<double> average(with.problem->buffers().row_size());
  ASSERT_TRUE(with.engine->average_buffers(average));
  double passes = 0;
  for (int worker = 0; worker < kWorkers; ++worker) {
    const auto own = with.engine->row(0, worker);
    const auto other = without.engine->row(0, worker);
    EXPECT_TRUE(std::equal(own.begin(), own.end(), other.begin(), other.end())) << worker;
    passes += with.engine->row(field, worker)[0] / kWorkers;
  }
  EXPECT_DOUBLE_EQ(average[0], passes);
  EXPECT_GE(passes, 1);
}

INSTANTIATE_TEST_SUITE_P(Laws, Buffers, ::testing::ValuesIn(variants()), [](const auto& info) {
  return test_name_of(info.param);
});

}  // namespace
}  // namespace murmur::testing
