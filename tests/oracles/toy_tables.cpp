// SPDX-License-Identifier: Apache-2.0
// Known numbers of small experiments: two workers with different optima that average exactly, and
// one worker on the Rosenbrock function. As printed, six decimals.
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

constexpr double kSixDecimals = 0.51e-6;
const Table kCenters{{0.0, 5.0}, {4.0, 0.0}};

MakeProblem two_pulls(const std::string& name) {
  NamedOptions options{{"center", kCenters}, {"start", Table{{0.0, 0.0}}}};
  if (name == "quadratic") {
    options.emplace_back("curvature", Table{{1.0, 1.0}});
  }
  return problem_of(name, 2, options);
}

Walk two_workers(const std::string& problem, Program<double> program) {
  return Walk({.program = std::move(program),
               .topology = topology_of("complete", 2),
               .problem = two_pulls(problem),
               .rates = {}});
}

double length(const Stack& v) {
  return std::sqrt((v * v).sum());
}

struct Meeting {
  int step;
  Stack point;
  double gap;  // between the two models before they are averaged
};
struct Course {
  std::string algorithm;
  std::vector<Meeting> agreement;
};

const std::vector<Course> kCourses{{"dsgd",
                                    {{1, {0.2, 0.25}, 0.640312},
                                     {2, {0.38, 0.475}, 0.640312},
                                     {10, {1.302643, 1.628304}, 0.640312},
                                     {50, {1.989692, 2.487116}, 0.640312},
                                     {200, {2, 2.5}, 0.640312}}},
                                   {"dsgdm",
                                    {{1, {0.2, 0.25}, 0.640312},
                                     {2, {0.56, 0.7}, 1.216594},
                                     {10, {3.177579, 3.971973}, 4.170493},
                                     {50, {2.133360, 2.666701}, 6.370124},
                                     {200, {1.999997, 2.499997}, 6.403124}}},
                                   {"qg-dsgdm",
                                    {{1, {0.2, 0.25}, 0.640312},
                                     {2, {0.398, 0.4975}, 0.640312},
                                     {10, {1.739932, 2.174915}, 0.640312},
                                     {50, {1.969320, 2.461650}, 0.640312},
                                     {200, {1.999955, 2.499944}, 0.640312}}}};

TEST(TwoWorkers, MeetAndPartAsKnown) {
  for (const Course& course : kCourses) {
    for (const Meeting& known : course.agreement) {
      const Program<double> program = program_of(course.algorithm);
      Walk whole = two_workers("quadratic", program);
      Walk half = two_workers("quadratic", until_mixing(program));
      whole.steps(constant(0.1, known.step - 1));
      half.take_state_of(whole);
      half.step(0.1);
      whole.step(0.1);
      const Stack apart_by = of_worker(half.models(), 2, 0) - of_worker(half.models(), 2, 1);
      SCOPED_TRACE(course.algorithm + " " + std::to_string(known.step));
      EXPECT_LT(apart(whole.models(), everywhere(known.point, 2)), kSixDecimals);
      EXPECT_NEAR(length(apart_by), known.gap, kSixDecimals);
    }
  }
}

// The gap of quasi-global momentum is that of DSGD, lr |c_1 - c_2|, at all times; that of local
// momentum grows to 1 / (1 - beta) times it.
TEST(TwoWorkers, AreDrivenApartByLocalMomentumAlone) {
  const double rate = 0.1;
  const double plain = rate * length({-4.0, 5.0});
  for (const std::string algorithm : {"dsgd", "qg-dsgdm"}) {
    Walk whole = two_workers("quadratic", program_of(algorithm));
    Walk half = two_workers("quadratic", until_mixing(program_of(algorithm)));
    for (int t = 0; t < 300; ++t) {
      half.take_state_of(whole);
      half.step(rate);
      whole.step(rate);
      const Stack gap = of_worker(half.models(), 2, 0) - of_worker(half.models(), 2, 1);
      ASSERT_NEAR(length(gap), plain, 1e-14) << algorithm << " step " << t;
    }
  }
  Walk whole = two_workers("quadratic", program_of("dsgdm"));
  Walk half = two_workers("quadratic", until_mixing(program_of("dsgdm")));
  whole.steps(constant(rate, 400));
  half.take_state_of(whole);
  half.step(rate);
  const Stack gap = of_worker(half.models(), 2, 0) - of_worker(half.models(), 2, 1);
  EXPECT_NEAR(length(gap), plain / (1 - 0.9), 1e-9);
}

TEST(TwoWorkers, GoTheKnownWayWhenTheirPullsHaveOneLength) {
  const std::vector<Course> courses{{"dsgd",
                                     {{1, {0.05, 0.05}, 0},
                                      {2, {0.099491, 0.099365}, 0},
                                      {10, {0.475556, 0.469949}, 0},
                                      {50, {1.720411, 1.619335}, 0}}},
                                    {"dsgdm",
                                     {{1, {0.05, 0.05}, 0},
                                      {2, {0.144491, 0.144365}, 0},
                                      {10, {1.826818, 1.784347}, 0},
                                      {50, {2.117243, 2.451839}, 0}}},
                                    {"qg-dsgdm",
                                     {{1, {0.05, 0.05}, 0},
                                      {2, {0.103991, 0.103865}, 0},
                                      {10, {0.659322, 0.650801}, 0},
                                      {50, {3.028598, 2.994685}, 0}}}};
  for (const Course& course : courses) {
    for (const Meeting& known : course.agreement) {
      Walk walk = two_workers("distance", program_of(course.algorithm));
      walk.steps(constant(0.1, known.step));
      EXPECT_LT(apart(walk.models(), everywhere(known.point, 2)), kSixDecimals)
          << course.algorithm << " " << known.step;
    }
  }
}

TEST(Rosenbrock, IsDescendedAsKnown) {
  struct Descent {
    double rate;
    std::vector<double> start;
    int steps;
    Stack plain;
    Stack momentum;
    Stack quasi_global;
  };
  const std::vector<Descent> descents{
      {1e-3, {0, 0}, 100, {0.175072, 0.028127}, {0.690982, 0.475969}, {0.544132, 0.292570}},
      {1e-3, {0, 0}, 1000, {0.673886, 0.452560}, {0.995480, 0.990963}, {1.004048, 1.008128}},
      {1e-3, {-1.2, 1}, 100, {-0.948186, 0.907094}, {0.622301, 0.385232}, {-0.562054, 0.321536}},
      {1e-3, {-1.2, 1}, 1000, {0.327263, 0.104013}, {0.994999, 0.990003}, {1.014148, 1.028552}},
      {1e-4, {0, 0}, 1000, {0.174910, 0.028081}, {0.675209, 0.454350}, {0.688352, 0.472326}},
      {1e-4, {-1.2, 1}, 5000, {-0.516559, 0.274427}, {0.940196, 0.883720}, {0.946201, 0.895073}}};
  for (const Descent& known : descents) {
    const auto end_of = [&](const std::string& algorithm) {
      Walk walk({.program = program_of(algorithm),
                 .topology = topology_of("ring", 1),
                 .problem = problem_of("rosenbrock", 1, {{"start", Table{known.start}}}),
                 .rates = {}});
      walk.steps(constant(known.rate, known.steps));
      return walk.models();
    };
    SCOPED_TRACE(std::to_string(known.rate) + " " + std::to_string(known.steps));
    EXPECT_LT(apart(end_of("dsgd"), known.plain), kSixDecimals);
    EXPECT_LT(apart(end_of("dsgdm"), known.momentum), kSixDecimals);
    EXPECT_LT(apart(end_of("qg-dsgdm"), known.quasi_global), kSixDecimals);
  }
}

}  // namespace
}  // namespace murmur::testing
