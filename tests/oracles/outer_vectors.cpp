// SPDX-License-Identifier: Apache-2.0
// Known answers of outer steps. Two workers, one coordinate, gradients x - c_i with c = (1, 3),
// start 0, rate 0.1 in the first two rounds and 0.05 in the next two; once with cubes of these
// gradients, once without averaging. SlowMo over gossip is in golden_vectors.h.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/outer.h"

namespace murmur::testing {
namespace {

constexpr double kRoundedTo = 6e-12;

Walk two_workers(const std::string& problem, Program<double> program) {
  return Walk({.program = std::move(program),
               .topology = topology_of("complete", 2),
               .problem = problem_of(problem,
                                     2,
                                     {{"curvature", Table{{1.0}, {1.0}}},
                                      {"center", Table{{1.0}, {3.0}}},
                                      {"start", Table{{0.0}}}}),
               .rates = {}});
}

double rate_of_round(int round) {
  return round < 2 ? 0.1 : 0.05;
}

struct Known {
  double mean;    // after the inner steps
  double buffer;  // the outer step's own memory, after it
  double next;    // where the next round begins
};
struct Vector {
  std::string name;
  std::string outer;
  NamedOptions options;
  std::string buffer;
  std::string base;
  NamedOptions base_options;
  std::vector<Known> rounds;
};

std::int64_t period_of(const Vector& vector) {
  return std::get<std::int64_t>(vector.options.front().second);
}

const NamedOptions kNesterovBase{{"momentum", 0.9}, {"nesterov", true}};

std::vector<Vector> vectors() {
  return {{"V1",
           "slowmo",
           every(2, {{"momentum", 0.5}}),
           "slow_momentum",
           "sgd",
           {},
           {{.38, -3.8, .38},
            {.6878, -4.978, .8778},
            {.9872145, -4.67729, 1.1116645},
            {1.19827721125, -4.070899225, 1.31520946125}}},
          {"V2",
           "slowmo",
           every(3, {{"momentum", 0.6}, {"learning_rate", 0.8}}),
           "slow_momentum",
           "sgd",
           {},
           {{.542, -5.42, .4336},
            {.8580944, -7.496944, 1.03335552},
            {1.17122318896, -7.2555197792, 1.32357631117},
            {1.42005123979, -6.28281043991, 1.57488872876}}},
          {"V3",
           "heavy-ball",
           every(2, {{"momentum", 0.5}}),
           "outer_momentum",
           "sgd",
           {},
           {{.38, -.38, .38},
            {.6878, -.4978, .8778},
            {.9872145, -.3583145, 1.2361145},
            {1.31059333625, -.25363608625, 1.48975058625}}},
          {"V4",
           "nesterov",
           every(2, {{"momentum", 0.9}, {"learning_rate", 0.7}}),
           "outer_momentum",
           "sgd",
           {},
           {{.38, -.38, .5054},
            {.789374, -.625974, 1.09854542},
            {1.18643724155, -.65126842155, 1.57036880066},
            {1.6122578426, -.628030621331, 1.99535042145}}},
          {"V5",
           "bmuf",
           every(2, {{"momentum", 0.5}, {"nesterov", true}}),
           "block_momentum",
           "sgd",
           {},
           {{.38, -.38, .57},
            {.8417, -.4617, 1.26255},
            {1.334451375, -.302751375, 1.7166770625},
            {1.74430104891, -.178999673906, 1.98517657336}}},
          {"V6",
           "slowmo",
           every(2, {{"momentum", 0.5}, {"buffers", std::string("reset")}}),
           "slow_momentum",
           "sgd",
           kNesterovBase,
           {{.8498, -8.498, .8498},
            {1.33851998, -9.1361998, 1.76341998},
            {1.81581653993, -5.61603109859, 2.04422153493},
            {2.03442757048, -2.61213626032, 2.17482834795}}},
          {"V7",
           "slowmo",
           every(2, {{"momentum", 0.5}, {"buffers", std::string("maintain")}}),
           "slow_momentum",
           "sgd",
           kNesterovBase,
           {{.8498, -8.498, .8498},
            {1.81222418, -13.8732418, 2.23712418},
            {2.51064586049, -12.4070545098, 2.85747690549},
            {2.88716549381, -6.79729902127, 3.19734185655}}}};
}

TEST(OuterVectors, AreMetRoundByRound) {
  for (const Vector& vector : vectors()) {
    Walk walk = two_workers(
        "quadratic",
        with_outer_of(vector.outer, vector.options, program_of(vector.base, vector.base_options)));
    for (int round = 0; round < 4; ++round) {
      walk.steps(constant(rate_of_round(round), static_cast<int>(period_of(vector))));
      const Known& known = vector.rounds[static_cast<std::size_t>(round)];
      SCOPED_TRACE(vector.name + " t = " + std::to_string(round));
      EXPECT_NEAR(walk.field("mean")[0], known.mean, kRoundedTo);
      EXPECT_NEAR(walk.field(vector.buffer)[0], known.buffer, kRoundedTo * 10);
      EXPECT_LT(apart(walk.models(), {known.next, known.next}), kRoundedTo);
    }
  }
}

// All curvatures are equal, so averaging the momenta changes no mean.
TEST(OuterVectors, AreThoseOfMaintainWhereMomentaAreAveraged) {
  Vector seventh = vectors().back();
  const Program<double> base = program_of(seventh.base, seventh.base_options);
  Walk kept = two_workers("quadratic", with_outer_of("slowmo", seventh.options, base));
  seventh.options.back().second = std::string("average");
  Walk averaged = two_workers("quadratic", with_outer_of("slowmo", seventh.options, base));
  for (int round = 0; round < 4; ++round) {
    kept.steps(constant(rate_of_round(round), 2));
    averaged.steps(constant(rate_of_round(round), 2));
    EXPECT_LT(apart(averaged.models(), kept.models()), 1e-14);
    EXPECT_GT(apart(averaged.field("momentum"), kept.field("momentum")), 0.1);
  }
}

TEST(OuterVectors, AreMetOnAdamWithEveryWayToTreatItsMoments) {
  const std::vector<std::pair<std::string, std::vector<double>>> known{
      {"reset", {.198892867346, .496786935055, .670754488667, .856734082559}},
      {"maintain", {.198892867346, .489546864186, .649018105649, .806665069102}},
      {"average", {.198892867346, .438042367093, .566670872019, .697976896671}}};
  for (const auto& [buffers, anchors] : known) {
    Walk walk =
        two_workers("quartic",
                    with_outer_of("slowmo",
                                  every(2, {{"momentum", 0.5}, {"buffers", buffers}}),
                                  program_of("adam", {{"betas", std::vector<double>{0.9, 0.98}}})));
    for (int round = 0; round < 4; ++round) {
      walk.steps(constant(rate_of_round(round), 2));
      const double next = anchors[static_cast<std::size_t>(round)];
      EXPECT_LT(apart(walk.models(), {next, next}), kRoundedTo / 10) << buffers << " " << round;
    }
  }
}

TEST(OuterVectors, AreMetByWorkersThatNeverAverageAndEachGoesItsOwnWay) {
  const std::vector<Stack> known{
      {.19, .57}, {.4389, 1.3167}, {.55583225, 1.66749675}, {.657604730625, 1.97281419188}};
  const NamedOptions options = every(2, {{"momentum", 0.5}, {"exact_average", false}});
  Walk walk = two_workers("quadratic", with_outer_of("slowmo", options, program_of("sgd")));
  std::vector<Walk> alone;
  for (const double center : {1.0, 3.0}) {
    alone.emplace_back(RunSpec<double>{
        .program = with_outer_of("slowmo", options, program_of("sgd")),
        .topology = topology_of("complete", 1),
        .problem = problem_of(
            "quadratic",
            1,
            {{"curvature", Table{{1.0}}}, {"center", Table{{center}}}, {"start", Table{{0.0}}}}),
        .rates = {}});
  }
  for (int round = 0; round < 4; ++round) {
    const std::vector<double> rates = constant(rate_of_round(round), 2);
    walk.steps(rates);
    alone[0].steps(rates);
    alone[1].steps(rates);
    EXPECT_LT(apart(walk.models(), known[static_cast<std::size_t>(round)]), kRoundedTo);
    EXPECT_EQ(walk.models()[0], alone[0].models()[0]);
    EXPECT_EQ(walk.models()[1], alone[1].models()[0]);
  }
}

}  // namespace
}  // namespace murmur::testing
