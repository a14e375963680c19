// SPDX-License-Identifier: Apache-2.0
// A worker without other processes: its bits, its state, what it refuses.
#include <algorithm>
#include <cfenv>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/own_loop/tables.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string error_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

Options alone(const std::string& algorithm = "sgd") {
  Options options;
  options.seed = 3;
  options.algorithm = algorithm;
  return options;
}

Worker make(const std::string& algorithm = "sgd") {
  return Worker(quadratic<float>(), alone(algorithm));
}

TEST(Worker, HasTheBitsOfASimulationOfOne) {
  const Setting setting{"alone", {{"algorithm.name", "sgd"}, {"algorithm.momentum", "0.9"}}};
  for (const Loop loop : {Loop::kStep, Loop::kOverlap}) {
    Worker worker(quadratic<float>(), options_of(setting));
    take_steps(worker, loop, kSteps);
    EXPECT_EQ(worker.rank(), 0);
    EXPECT_EQ(worker.size(), 1);
    EXPECT_EQ(worker.steps(), kSteps);
    EXPECT_EQ(worker.batch(), kSteps);
    EXPECT_EQ(worker.digest(), digest_of_simulation<float>(setting, 1, 1, kSteps));
    EXPECT_EQ(worker.consensus_distance(), 0);
    EXPECT_EQ(worker.average_model()[3], worker.x()[3]);
    EXPECT_EQ(worker.buffers()[0], static_cast<float>(kSteps));
  }
}

TEST(Worker, GoesOnFromItsStateAndFromACheckpointOfASimulation) {
  const TemporaryFolder folder;
  Setting setting{"alone", {{"algorithm.name", "adam"}}};
  Worker whole(quadratic<float>(), options_of(setting));
  take_steps(whole, Loop::kStep, 3);
  const std::string state = whole.state();
  take_steps(whole, Loop::kStep, 4);

  Worker by_state(quadratic<float>(), options_of(setting));
  by_state.set_state(state);
  EXPECT_EQ(by_state.steps(), 3);
  take_steps(by_state, Loop::kOverlap, 4);
  EXPECT_EQ(by_state.digest(), whole.digest());

  Options options = options_of(setting);
  options.workers = 1;
  Simulation simulation(quadratic<float>(), options);
  for (int k = 0; k < 3; ++k) {
    simulation.step(rate_at(k));
  }
  simulation.save(folder.path().string());
  Worker by_checkpoint(quadratic<float>(), options_of(setting));
  by_checkpoint.resume(folder.path().string());
  take_steps(by_checkpoint, Loop::kStep, 4);
  EXPECT_EQ(by_checkpoint.digest(), whole.digest());
}

TEST(Worker, RefusesAStateThatIsNotItsOwn) {
  Worker worker = make();
  Worker other = make("adam");
  const std::string state = worker.state();
  EXPECT_THAT(error_of([&] { other.set_state(state); }), HasSubstr("settings"));
  EXPECT_THAT(error_of([&] { worker.set_state("nonsense"); }), HasSubstr("no state of a worker"));
  EXPECT_THAT(error_of([&] { worker.set_state(state.substr(0, state.size() - 4)); }),
              HasSubstr("bytes of rows"));
}

TEST(Worker, FactorsAreThoseOfGroups) {
  Options grouped = alone();
  grouped.set("algorithm.weight_decay", 0.1);
  grouped.text = "[[algorithm.group]]\nmatch = \"wide\"\nrate = 0.5\ndecay = 0.0\n";
  Worker by_options(quadratic<float>(), grouped);
  Options plain = alone();
  plain.set("algorithm.weight_decay", 0.1);
  Worker by_calls(quadratic<float>(), plain);
  by_calls.set_factors(2, 0.5, 0.0);
  take_steps(by_options, Loop::kStep, 3);
  take_steps(by_calls, Loop::kStep, 3);
  EXPECT_EQ(by_calls.digest(), by_options.digest());
  by_calls.set_factors(2, 0.25, 0.0);
  take_steps(by_options, Loop::kStep, 1);
  take_steps(by_calls, Loop::kStep, 1);
  EXPECT_NE(by_calls.digest(), by_options.digest());
}

// Some where they are, some in the row: with the bits of a step by the row, clipped or not.
TEST(Worker, ReadsGradientsThatAreLent) {
  for (const double norm : {0.0, 1.0}) {
    Options options = alone();
    options.set("algorithm.momentum", 0.9);
    if (norm > 0) {
      options.set("gradient.clip_norm", norm);
    }
    Worker by_row(quadratic<float>(), options);
    Worker by_loan(quadratic<float>(), options);
    for (int k = 0; k < 3; ++k) {
      std::vector<std::vector<float>> own;
      std::vector<const float*> lent;
      for (const Parameter& place : by_row.parameters()) {
        const auto begin = static_cast<std::ptrdiff_t>(place.offset);
        std::vector<float> values(place.size);
        for (std::size_t i = 0; i < place.size; ++i) {
          values[i] = std::sin(static_cast<float>(i + place.size));
        }
        std::copy(values.begin(), values.end(), by_row.gradient().begin() + begin);
        const bool in_row = own.size() % 2 == 1;
        if (in_row) {
          std::copy(values.begin(), values.end(), by_loan.gradient().begin() + begin);
        }
        own.push_back(std::move(values));
        lent.push_back(in_row ? nullptr : own.back().data());
      }
      by_loan.lend_gradients(lent);
      by_row.step(0.1);
      by_loan.step(0.1);
      EXPECT_EQ(by_loan.digest(), by_row.digest());
    }
    EXPECT_THAT(error_of([&] { by_loan.lend_gradients({}); }), HasSubstr("the model has 5"));
  }
}

TEST(Worker, SaysWhatIsWrongWithTheOrderOfCalls) {
  Worker worker = make();
  EXPECT_THAT(error_of([&] { worker.ready(0); }), HasSubstr("ready(0) before begin(lr)"));
  EXPECT_THAT(error_of([&] { worker.finish(); }), HasSubstr("finish() before begin(lr)"));
  worker.begin(0.1);
  EXPECT_THAT(error_of([&] { worker.begin(0.1); }), HasSubstr("call finish() before"));
  EXPECT_THAT(error_of([&] { worker.step(0.1); }), HasSubstr("call finish() before"));
  EXPECT_THAT(error_of([&] { worker.digest(); }), HasSubstr("digest() within step 0"));
  worker.ready(4);
  EXPECT_THAT(error_of([&] { worker.ready(4); }), AllOf(HasSubstr("twice"), HasSubstr("'last'")));
  EXPECT_THAT(error_of([&] { worker.ready(5); }), HasSubstr("5 parameters"));
  worker.finish();
  EXPECT_EQ(worker.steps(), 1);
}

TEST(Worker, SaysWhichRatesAndFactorsThereAre) {
  Worker worker = make();
  for (const double rate : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_THAT(error_of([&] { worker.step(rate); }), HasSubstr("a finite number, 0 or more"));
  }
  EXPECT_THAT(error_of([&] { worker.step(); }), HasSubstr("algorithm.learning_rate"));
  EXPECT_THAT(error_of([&] { worker.set_factors(0, -1, 1); }), HasSubstr("'first'"));
  EXPECT_THAT(error_of([&] { worker.set_factors(9, 1, 1); }), HasSubstr("5 parameters"));
  EXPECT_THAT(error_of([&] { worker.row("nothing"); }), HasSubstr("there is no field 'nothing'"));
}

TEST(Worker, RefusesWhatCannotAct) {
  const auto refusal = [](const std::string& key, const std::string& value) {
    Options options = alone();
    options.set(key, value);
    return error_of([&] { Worker(quadratic<float>(), options); });
  };
  EXPECT_THAT(refusal("gradient.accumulate", "2"), HasSubstr("computed by the program"));
  EXPECT_THAT(refusal("gradient.sharpness", "0.1"), HasSubstr("computed by the program"));
  EXPECT_THAT(refusal("workers", "3"), HasSubstr("workers = 3, and there is 1 process"));
  EXPECT_THAT(refusal("precision", "double"), HasSubstr("precision"));
  EXPECT_THAT(refusal("algorithm.name", "ad-psgd"), HasSubstr("asks for gradients by itself"));
  EXPECT_THAT(refusal("algorithm.name", "nonsense"), HasSubstr("nonsense"));
  Task empty = quadratic<float>();
  empty.parameters.clear();
  EXPECT_THAT(error_of([&] { Worker(empty, alone()); }), HasSubstr("no parameters"));
  Task no_start = quadratic<float>();
  no_start.start = nullptr;
  EXPECT_THAT(error_of([&] { Worker(no_start, alone()); }), HasSubstr("no start"));
  EXPECT_THAT(error_of([&] { Worker(quadratic<float>(), alone(), 7); }),
              HasSubstr("no MPI of its own"));
}

// A host that rounds down, with denormal numbers and a variable of its own.
TEST(Worker, LeavesTheModeOfTheHostAsItWas) {
  const Setting setting{"alone", {{"algorithm.name", "sgd"}, {"algorithm.momentum", "0.9"}}};
  const std::string usual = digest_of_simulation<float>(setting, 1, 1, 3);
  const volatile float smallest = std::numeric_limits<float>::min();
  Worker worker(quadratic<float>(), options_of(setting));
  for (int k = 0; k < 3; ++k) {
    take_steps(worker, k == 1 ? Loop::kOverlap : Loop::kStep, 1);
    EXPECT_GT(smallest / 2, 0.0F);
    EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  }
  EXPECT_EQ(worker.digest(), usual);
}

// Functions of a task compute in the host's mode: denormal numbers are what they are in a loop of
// one's own.
TEST(Worker, ComputesDenormalNumbersAsASimulationDoes) {
  const auto halved = [](const float* x, float* gradient) {
    const volatile float smallest = std::numeric_limits<float>::min();
    const volatile float half = smallest / 2;  // 0 in the engine's mode
    gradient[0] = half > 0 ? 1.0F : 2.0F + x[0];
  };
  Task task;
  task.parameters = {{.name = "x", .shape = {1}}};
  task.start = [](int, float* row, float*) { row[0] = 1; };
  task.gradient = [&](const Gradient& job) {
    halved(job.x, job.gradient);
    return 0.0;
  };
  Options options = alone();
  options.workers = 1;
  options.threads = 2;
  Simulation simulation(task, options);
  simulation.step(0.25);
  Worker worker(task, alone());
  halved(worker.x().data(), worker.gradient().data());
  worker.step(0.25);
  EXPECT_EQ(worker.x()[0], 0.75F);
  EXPECT_EQ(worker.digest(), simulation.digest());
}

TEST(Worker, PrintsNothing) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  {
    Worker worker = make();
    take_steps(worker, Loop::kOverlap, 2);
    error_of([&] { worker.ready(0); });
  }
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(Worker, MovesToAnotherObject) {
  Worker first = make();
  take_steps(first, Loop::kStep, 1);
  Worker second = std::move(first);
  EXPECT_EQ(second.steps(), 1);
  EXPECT_THAT(error_of([&] { first.steps(); }), HasSubstr("was moved"));
}

}  // namespace
}  // namespace murmur::testing
