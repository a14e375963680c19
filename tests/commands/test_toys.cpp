// SPDX-License-Identifier: Apache-2.0
// The files of examples/toys as docs/toys.md runs them, and the numbers that page tells.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using State = std::vector<std::vector<double>>;  // [worker][coordinate]

// All states of a toy, with `settings` over its file.
std::vector<State> states_of(const std::string& toy, const std::vector<std::string>& settings) {
  const Desk desk;
  std::vector<std::string> arguments{"solve",
                                     std::string(MURMUR_EXAMPLES) + "/toys/" + toy + ".toml"};
  for (const std::string& setting : settings) {
    arguments.insert(arguments.end(), {"--set", setting});
  }
  const Ran ran = desk.run(arguments);
  EXPECT_EQ(ran.code, 0) << toy << ran.err;
  std::vector<State> states;
  for (const std::string& line : lines_of(ran.out)) {
    states.push_back(nlohmann::json::parse(line)["x"].get<State>());
  }
  return states;
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  return std::hypot(a[0] - b[0], a[1] - b[1]);
}

// Mean square distance of the workers to their mean.
double disagreement(const State& state) {
  double mean = 0;
  for (const std::vector<double>& worker : state) {
    mean += worker[0] / static_cast<double>(state.size());
  }
  double sum = 0;
  for (const std::vector<double>& worker : state) {
    sum += (worker[0] - mean) * (worker[0] - mean);
  }
  return sum / static_cast<double>(state.size());
}

TEST(Toys, AllRun) {
  std::set<std::string> found;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(MURMUR_EXAMPLES) + "/toys")) {
    found.insert(entry.path().stem().string());
  }
  EXPECT_EQ(found.size(), 12U);
  for (const std::string& toy : found) {
    EXPECT_GE(states_of(toy, {}).size(), 200U) << toy;
  }
}

// The square distances to the mean, and of the models to their public copies.
double distance_of(const nlohmann::json& line) {
  const auto models = line["x"].get<State>();
  const auto copies = line["fields"]["public_copy"].get<State>();
  double sum = 0;
  for (std::size_t k = 0; k < models[0].size(); ++k) {
    double mean = 0;
    for (const std::vector<double>& worker : models) {
      mean += worker[k] / static_cast<double>(models.size());
    }
    for (std::size_t i = 0; i < models.size(); ++i) {
      const double away = models[i][k] - mean;
      const double unknown = models[i][k] - copies[i][k];
      sum += away * away + unknown * unknown;
    }
  }
  return sum;
}

TEST(Toys, AgreeOverOneEntryOfTen) {
  const Desk desk;
  const Ran ran =
      desk.run({"solve", std::string(MURMUR_EXAMPLES) + "/toys/choco.toml", "--fields"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const std::vector<std::string> lines = lines_of(ran.out);
  const double first = distance_of(nlohmann::json::parse(lines.front()));
  EXPECT_LT(distance_of(nlohmann::json::parse(lines.back())), 1e-20 * first);
  EXPECT_GT(distance_of(nlohmann::json::parse(lines[100])), 1e-20 * first);
}

double mean(const State& state) {
  double sum = 0;
  for (const std::vector<double>& worker : state) {
    sum += worker[0];
  }
  return sum / static_cast<double>(state.size());
}

TEST(Toys, AverageThoseThatTakePart) {
  const auto last = [](const std::vector<std::string>& settings) {
    return states_of("federated", settings).back().front().front();
  };
  EXPECT_NEAR(last({"participation.share=1.0"}), 4.5, 1e-6);
  EXPECT_NEAR(
      last({"participation.share=1.0", "participation.weights=[9,1,1,1,1,1,1,1,1,1]"}), 2.5, 1e-6);
  const std::vector<State> states = states_of("federated", {});
  double least = 9;
  double most = 0;
  double sum = 0;
  int rounds = 0;
  for (std::size_t step = 100; step < states.size(); step += 5, ++rounds) {
    const double x = states[step].front().front();
    for (const std::vector<double>& worker : states[step]) {
      EXPECT_EQ(worker.front(), x);
    }
    least = std::min(least, x);
    most = std::max(most, x);
    sum += x;
  }
  EXPECT_NEAR(least, 3.49, 0.005);
  EXPECT_NEAR(most, 5.47, 0.005);
  EXPECT_NEAR(sum / rounds, 4.50, 0.005);
}

// Plain mixing finds the mean of the centers weighted by what the graph gives to each worker:
// sum_i pi_i w_ij = pi_j.
TEST(Toys, FindTheTrueMeanOnADirectedGraphByPushSumAlone) {
  const std::vector<double> pi{1, 1.0 / 16, 3.0 / 32, 3.0 / 16, 3.0 / 8, 3.0 / 4};
  const State pushed = states_of("directed", {}).back();
  EXPECT_NEAR(mean(pushed), 1, 1e-6);
  const State plain = states_of("directed-plain", {}).back();
  double weighted = 0;
  double all = 0;
  for (std::size_t i = 0; i < pi.size(); ++i) {
    weighted += pi[i] * plain[i][0];
    all += pi[i];
  }
  EXPECT_NEAR(weighted / all, 6 / all, 1e-6);
  EXPECT_NEAR(6 / all, 2.430380, 1e-6);
  for (std::size_t i = 0; i < pi.size(); ++i) {
    EXPECT_LT(std::abs(pushed[i][0] - 1), 0.5) << i;
    EXPECT_GT(std::abs(plain[i][0] - 1), 1) << i;
  }
}

TEST(Toys, AgreeAsFastAsTheirPageSays) {
  const std::string gossip = "algorithm.name=dsgd";
  const std::string forgetful = "algorithm.mu=0.0";
  EXPECT_NEAR(disagreement(states_of("consensus", {}).back()), 1.8632429074e-4, 1e-13);
  EXPECT_NEAR(disagreement(states_of("consensus", {gossip}).back()), 0.33463016426, 1e-10);

  const std::vector<State> quasi = states_of("consensus-small", {});
  const std::vector<State> plain = states_of("consensus-small", {gossip});
  for (std::size_t t = 2; t <= 28; ++t) {
    EXPECT_LT(disagreement(quasi[t]), disagreement(plain[t])) << t;
  }
  EXPECT_GT(disagreement(quasi[29]), disagreement(plain[29]));
  EXPECT_GT(disagreement(quasi.back()), 1000 * disagreement(plain.back()));
  EXPECT_LT(disagreement(states_of("consensus-small", {forgetful}).back()),
            disagreement(plain.back()) / 100);

  const std::vector<State> apart = states_of("consensus-social", {forgetful});
  EXPECT_NEAR(std::sqrt(disagreement(apart[200]) / disagreement(apart[199])), 1.161605, 1e-6);
}

TEST(Toys, RestAsFarApartAsTheirPageSays) {
  for (const std::string name : {"dsgd", "qg-dsgdm"}) {
    const State rest = states_of("two-workers-apart", {"algorithm.name=" + name}).back();
    EXPECT_NEAR(distance(rest[0], rest[1]), 0.582, 0.5e-3) << name;
  }
  const State local = states_of("two-workers-apart", {"algorithm.name=dsgdm"}).back();
  EXPECT_NEAR(distance(local[0], local[1]), 3.2016, 0.5e-4);
  const std::vector<State> together = states_of("two-workers", {});
  EXPECT_NEAR(distance(together[10][0], {1.739932, 2.174915}), 0, 1e-6);
  EXPECT_NEAR(distance(together[10][0], together[10][1]), 0, 1e-14);
  const std::vector<State> even_pulls = states_of("two-distances", {});
  EXPECT_NEAR(distance(even_pulls[50][0], {3.028598, 2.994685}), 0, 1e-6);
}

TEST(Toys, DescendAsFarAsTheirPageSays) {
  const auto end_of = [](const std::string& name) {
    return states_of("rosenbrock", {"algorithm.name=" + name}).back().front();
  };
  EXPECT_NEAR(distance(end_of("dsgd"), {0.327263, 0.104013}), 0, 1e-6);
  EXPECT_NEAR(distance(end_of("dsgdm"), {0.994999, 0.990003}), 0, 1e-6);
  EXPECT_NEAR(distance(end_of("qg-dsgdm"), {1.014148, 1.028552}), 0, 1e-6);
  EXPECT_NEAR(distance(end_of("qg-dsgdm-n"), {0.9998, 0.9996}), 0, 1e-4);
}

TEST(Toys, GainSpeedAsTheirPageSays) {
  const auto first_fast_step = [](const std::string& name) {
    const std::vector<State> states =
        states_of("one-worker", {"algorithm.name=" + name, "steps=600"});
    std::size_t step = 0;
    while (step + 1 < states.size() && states[step + 1][0][0] - states[step][0][0] < 0.99) {
      ++step;
    }
    return step;
  };
  EXPECT_EQ(first_fast_step("dsgdm"), 43U);
  EXPECT_EQ(first_fast_step("qg-dsgdm"), 448U);
  EXPECT_EQ(first_fast_step("qg-dsgdm-n"), 230U);
}

}  // namespace
}  // namespace murmur::testing
