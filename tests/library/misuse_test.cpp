// SPDX-License-Identifier: Apache-2.0
// What a program does wrong is an Error that says what was given and what is allowed.
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/library/tasks.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string refusal(const Options& options) {
  return error_of([&] { Simulation(counting_task<float>(), options); });
}

template <class Change>
std::string refusal_of_task(const Change& change) {
  Task task = counting_task<float>();
  change(task);
  return error_of([&] { Simulation(task, four_workers()); });
}

TEST(Misuse, OfOptionsSaysWhatIsAllowed) {
  EXPECT_THAT(refusal({}), HasSubstr("workers"));
  EXPECT_THAT(refusal({.workers = 0}), AllOf(HasSubstr("workers = 0"), HasSubstr("from 1")));
  EXPECT_THAT(refusal({.workers = 4, .threads = 0}), HasSubstr("threads = 0"));
  EXPECT_THAT(refusal({.workers = 4, .seed = -1}), HasSubstr("seed = -1"));
  EXPECT_THAT(refusal({.workers = 4, .algorithm = "qg"}),
              AllOf(HasSubstr("'qg'"), HasSubstr("qg-dsgdm-n")));
  EXPECT_THAT(refusal({.workers = 4, .topology = "rung"}),
              AllOf(HasSubstr("'rung'"), HasSubstr("ring")));
  EXPECT_THAT(refusal({.workers = 4, .outer = "slow"}),
              AllOf(HasSubstr("'slow'"), HasSubstr("slowmo")));
  const auto with_key = [](const std::string& key, const std::string& value) {
    Options options = four_workers();
    options.set(key, value);
    return refusal(options);
  };
  EXPECT_THAT(with_key("algorithm.momentun", "0.8"),
              AllOf(HasSubstr("momentun"), HasSubstr("momentum")));
  EXPECT_THAT(with_key("algorithm.momentum", "2"),
              AllOf(HasSubstr("algorithm.momentum"), HasSubstr("2")));
  EXPECT_THAT(with_key("nonsense.key", "2"), HasSubstr("nonsense"));
  EXPECT_THAT(with_key("a..b", "2"), HasSubstr("a..b"));
  EXPECT_THAT(with_key("data.name", "mnist"), AllOf(HasSubstr("data"), HasSubstr("brought by")));
  EXPECT_THAT(with_key("precision", "double"), HasSubstr("DoubleSimulation"));
  EXPECT_THAT(with_key("topology.name", "hypercube").empty(), true);
  EXPECT_THAT(refusal({.workers = 12, .topology = "hypercube"}), HasSubstr("12"));
  EXPECT_THAT(with_key("schedule.steps", "3"), HasSubstr("algorithm.learning_rate"));
  EXPECT_THAT(with_key("outer.start_epoch", "1"), HasSubstr("outer"));
  Options options;
  EXPECT_THAT(error_of([&] { options.set("workers", "many"); }), HasSubstr("many"));
  EXPECT_THAT(error_of([&] { Options::read("/nowhere/a.toml"); }), HasSubstr("/nowhere/a.toml"));
}

TEST(Misuse, OfEpochsWithoutAnyIsSaid) {
  Options options = four_workers();
  options.set("schedule.epochs", 2).set("algorithm.learning_rate", 0.1);
  EXPECT_THAT(refusal(options), HasSubstr("steps_per_epoch"));
  Task task = counting_task<float>();
  task.steps_per_epoch = 3;
  EXPECT_EQ(Simulation(task, options).schedule(), 6);
}

TEST(Misuse, OfATaskSaysWhatItLacks) {
  EXPECT_THAT(refusal_of_task([](Task& task) { task.parameters.clear(); }),
              HasSubstr("parameters"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.gradient = nullptr; }), HasSubstr("gradient"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.start = nullptr; }), HasSubstr("start"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.score = nullptr; }), HasSubstr("score"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.score_parts = -1; }), HasSubstr("-1"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.examples = {1, 2}; }), HasSubstr("2 workers"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.examples = {1, 2, 3, 0}; }), HasSubstr("0"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.parameters[1].name = "w"; }), HasSubstr("'w'"));
  EXPECT_THAT(refusal_of_task([](Task& task) {
                task.parameters[0].shape = {3, 0};
              }),
              HasSubstr("[3, 0]"));
  EXPECT_THAT(refusal_of_task([](Task& task) {
                task.parameters[0].shape = {1LL << 40, 1LL << 40};
              }),
              HasSubstr("'w'"));
  EXPECT_THAT(refusal_of_task([](Task& task) { task.parameters[1].offset = 3; }),
              AllOf(HasSubstr("'b'"), HasSubstr("placed")));
  EXPECT_THAT(refusal_of_task([](Task& task) {
                task.start = [](int worker, float* /*row*/, float* buffers) {
                  buffers[0] = static_cast<float>(worker);
                };
              }),
              HasSubstr("other buffers"));
  Task task = counting_task<float>();
  task.start = [](int worker, float* row, float* /*buffers*/) {
    row[0] = static_cast<float>(worker);
  };
  EXPECT_EQ(error_of([&] { Simulation(task, four_workers()); }), "");
  EXPECT_THAT(error_of([&] { Simulation(task, {.workers = 4, .algorithm = "allreduce-sgd"}); }),
              HasSubstr("keeps one"));
}

TEST(Misuse, OfMembersSaysWhatIsThere) {
  Simulation simulation(counting_task<float>(), four_workers());
  EXPECT_THAT(error_of([&] { simulation.step(-1); }), HasSubstr("-1"));
  EXPECT_THAT(error_of([&] { simulation.step(std::nan("")); }), HasSubstr("nan"));
  EXPECT_THAT(error_of([&] { simulation.step(std::numeric_limits<double>::infinity()); }),
              HasSubstr("inf"));
  EXPECT_THAT(error_of([&] { simulation.step(); }), HasSubstr("learning_rate"));
  EXPECT_THAT(error_of([&] { simulation.row(4); }), AllOf(HasSubstr("4"), HasSubstr("from 0")));
  EXPECT_THAT(error_of([&] { simulation.row(-1); }), HasSubstr("-1"));
  EXPECT_THAT(error_of([&] { simulation.buffers(7); }), HasSubstr("7"));
  EXPECT_THAT(error_of([&] { simulation.row(0, "y"); }), AllOf(HasSubstr("'y'"), HasSubstr("x")));
  const std::vector<float> short_row(3);
  EXPECT_THAT(error_of([&] { simulation.assign(0, "x", short_row); }),
              AllOf(HasSubstr("3"), HasSubstr("32")));
  EXPECT_THAT(error_of([&] { simulation.report(); }), HasSubstr("record(folder)"));
  EXPECT_THAT(error_of([&] { simulation.record("/proc/nowhere"); }), HasSubstr("/proc/nowhere"));
  EXPECT_THAT(error_of([&] { simulation.save("/proc/nowhere"); }), HasSubstr("/proc/nowhere"));
  simulation.step(0.1);  // none of this has done any harm
  Simulation other = std::move(simulation);
  EXPECT_EQ(other.steps(), 1);
  EXPECT_THAT(error_of([&] { simulation.step(0.1); }),  // NOLINT(bugprone-use-after-move)
              HasSubstr("moved"));
}

// ready() of a parameter that there is not, or twice: the step is not completed.
TEST(Misuse, OfReadyIsSaid) {
  const auto step_with = [](std::vector<std::size_t> announced) {
    Task task = counting_task<float>();
    task.gradient = [announced = std::move(announced)](const Gradient& asked) {
      std::fill_n(asked.gradient, 32, 0.0F);
      for (const std::size_t parameter : announced) {
        asked.ready(parameter);
      }
      return 0.0;
    };
    Simulation simulation(task, four_workers());
    return error_of([&] { simulation.step(0.1); });
  };
  EXPECT_EQ(step_with({}), "");
  EXPECT_EQ(step_with({0}), "");
  EXPECT_EQ(step_with({1, 0}), "");
  EXPECT_THAT(step_with({2}), AllOf(HasSubstr("ready(2)"), HasSubstr("2 parameters")));
  EXPECT_THAT(step_with({1, 1}), AllOf(HasSubstr("ready(1)"), HasSubstr("twice")));
}

// What a task writes between the tensors is nobody's: rows keep zeros there.
TEST(Rows, HaveZerosBetweenTheirTensors) {
  for (const bool announces : {false, true}) {
    Task task = counting_task<float>();
    task.gradient = [announces](const Gradient& asked) {
      std::fill_n(asked.gradient, 32, 1.0F);
      if (announces) {
        asked.ready(1);
      }
      return 0.0;
    };
    task.start = [](int /*worker*/, float* row, float* buffers) {
      std::fill_n(row, 32, 2.0F);
      std::fill_n(buffers, 16, 3.0F);
    };
    Simulation simulation(task, four_workers());
    std::vector<float> other(32, 5.0F);
    simulation.assign(1, "x", other);
    simulation.step(0.1);
    for (std::size_t k = 0; k < 32; ++k) {
      EXPECT_EQ(simulation.row(1)[k] != 0, k < 3 || k == 16) << k;
    }
    EXPECT_EQ(simulation.buffers(1)[1], 0);
  }
}

TEST(Misuse, OfScoresIsSaid) {
  const auto evaluate_with = [](const Sum& sum) {
    Task task = counting_task<float>();
    task.score = [sum](const float* /*x*/, const float* /*buffers*/, std::int64_t /*part*/) {
      return std::vector<Sum>{sum};
    };
    Simulation simulation(task, four_workers());
    return error_of([&] { simulation.evaluate(); });
  };
  EXPECT_EQ(evaluate_with({"kappa", 1, 2}), "");
  EXPECT_THAT(evaluate_with({"a/b", 1, 2}), HasSubstr("'a/b'"));
  EXPECT_THAT(evaluate_with({"", 1, 2}), HasSubstr("''"));
  EXPECT_THAT(evaluate_with({"kappa", 1, -2}), HasSubstr("-2"));
}

}  // namespace
}  // namespace murmur::testing
