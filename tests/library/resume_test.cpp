// SPDX-License-Identifier: Apache-2.0
// Checkpoints of a simulation, and steps that threw.
#include <algorithm>
#include <functional>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/library/tasks.h"
#include "tests/support/temporary_folder.h"

namespace murmur::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int kSteps = 5;

double rate_of(std::int64_t step) {
  return step % 2 == 0 ? 0.1 : 0.05;
}

template <class S>
void step_to(BasicSimulation<S>& simulation, std::int64_t step) {
  while (simulation.steps() < step) {
    simulation.step(rate_of(simulation.steps()));
  }
}

template <class S>
std::string state_of(BasicSimulation<S>& simulation) {
  std::string state = simulation.digest();
  for (int worker = 0; worker < simulation.workers(); ++worker) {
    for (const std::string& field : simulation.fields()) {
      for (const S value : simulation.row(worker, field)) {
        state += " " + std::to_string(value);
      }
    }
  }
  return state;
}

struct Method {
  std::string name;
  std::string text;
};

std::ostream& operator<<(std::ostream& out, const Method& method) {
  return out << method.name;
}

// What keeps something between the parts of a step, of every kind.
std::vector<Method> methods() {
  std::vector<Method> all;
  for (const char* algorithm :
       {"qg-dsgdm-n", "osgp", "ad-psgd", "ngc", "allreduce-adam", "dsgd-gt", "dadam"}) {
    all.push_back({algorithm, std::string("[algorithm]\nname = \"") + algorithm + "\"\n"});
  }
  const std::string choco = "[algorithm]\nname = \"choco-sgd\"\n";
  all.push_back({"top_k", choco + "[compression]\nname = \"top-k\"\nratio = 0.5\n"});
  all.push_back({"slowmo", all.front().text + "[outer]\nname = \"slowmo\"\nperiod = 2\n"});
  all.push_back({"accumulate", all.front().text + "[gradient]\naccumulate = 2\n"});
  for (Method& method : all) {
    std::replace(method.name.begin(), method.name.end(), '-', '_');
  }
  return all;
}

class EveryMethod : public ::testing::TestWithParam<Method> {
 protected:
  static Options options() {
    Options options = four_workers();
    options.text = GetParam().text;
    return options;
  }
};

INSTANTIATE_TEST_SUITE_P(Library,
                         EveryMethod,
                         ::testing::ValuesIn(methods()),
                         [](const auto& info) { return info.param.name; });

TEST_P(EveryMethod, GoesOnFromEveryStepAsIfItHadNotStopped) {
  Simulation whole(counting_task<float>(), options());
  step_to(whole, kSteps);
  for (int stop = 0; stop <= kSteps; ++stop) {
    const TemporaryFolder folder;
    {
      Simulation begun(counting_task<float>(), options());
      step_to(begun, stop);
      begun.save(folder.path().string());
    }
    Simulation resumed(counting_task<float>(), options());
    resumed.resume(folder.path().string());
    EXPECT_EQ(resumed.steps(), stop);
    step_to(resumed, kSteps);
    EXPECT_EQ(state_of(resumed), state_of(whole)) << "stopped after " << stop;
  }
}

// A gradient that throws for one worker at one step.
BasicTask<double> failing_task(const std::shared_ptr<std::int64_t>& at, int worker) {
  BasicTask<double> task = counting_task<double>();
  task.gradient = [gradient = task.gradient, at, worker](const DoubleGradient& asked) {
    if (asked.step == *at && asked.worker == worker) {
      throw std::out_of_range("of the user");
    }
    return gradient(asked);
  };
  return task;
}

TEST_P(EveryMethod, IsRestoredAfterAStepThatThrew) {
  DoubleSimulation whole(counting_task<double>(), options());
  step_to(whole, kSteps);
  for (std::int64_t fail = 0; fail < kSteps; ++fail) {
    for (const int worker : {0, 3}) {
      const TemporaryFolder folder;
      const auto at = std::make_shared<std::int64_t>(fail);
      DoubleSimulation simulation(failing_task(at, worker), options());
      simulation.save(folder.path().string());
      EXPECT_THROW(step_to(simulation, kSteps), std::out_of_range);
      for (const auto& work :
           std::vector<std::function<void()>>{[&] { simulation.step(0.1); },
                                              [&] { simulation.digest(); },
                                              [&] { simulation.row(0); },
                                              [&] { simulation.average_model(); },
                                              [&] { simulation.evaluate(); },
                                              [&] { simulation.save(folder.path().string()); }}) {
        EXPECT_THAT(error_of(work),
                    AllOf(HasSubstr("step " + std::to_string(fail) + " was not completed"),
                          HasSubstr("resume()")));
      }
      *at = -1;
      simulation.resume(folder.path().string());
      step_to(simulation, kSteps);
      ASSERT_EQ(state_of(simulation), state_of(whole)) << fail << " " << worker;
    }
  }
}

TEST(Resume, RefusesAnotherTaskAndOtherSettings) {
  const TemporaryFolder folder;
  const std::string place = folder.path().string();
  Simulation simulation(counting_task<float>(), four_workers());
  EXPECT_THAT(error_of([&] { simulation.resume(place); }), HasSubstr(place));
  simulation.step(0.1);
  simulation.save(place);
  Options other = four_workers();
  other.set("algorithm.mu", 0.5);
  Simulation changed(counting_task<float>(), other);
  EXPECT_THAT(error_of([&] { changed.resume(place); }), HasSubstr("configuration"));
  BasicTask<float> task = counting_task<float>();
  task.parameters = {{.name = "w", .shape = {3}}, {.name = "c", .shape = {}}};
  Simulation renamed(task, four_workers());
  EXPECT_NE(error_of([&] { renamed.resume(place); }), "");
  DoubleSimulation precise(counting_task<double>(), four_workers());
  EXPECT_NE(error_of([&] { precise.resume(place); }), "");
  changed.step(0.1);  // a refusal leaves it usable
}

}  // namespace
}  // namespace murmur::testing
