// SPDX-License-Identifier: Apache-2.0
// Golden trajectories of the specifications (heterogeneity-methods.md 8, later-methods.md) on their
// problem: 4 workers in one dimension, f_i(x) = a_i (x - b_i)^2 / 2 with a = (1, 2, 3, 4) and b =
// (4, -2, 1, -3), from 0, whose optimum is -0.9; and where the methods rest.
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

using Models = std::array<double, 4>;

struct Published {
  std::string algorithm;
  NamedOptions options;
  std::string graph;  // "lazy": a ring with (I + W) / 2
  double rate = 0.05;
  int every = 1;  // steps from one row to the next
  std::vector<Models> rows;
};

Quadratic problem() {
  return {4, {1.0, 2.0, 3.0, 4.0}, {4.0, -2.0, 1.0, -3.0}, Stack(0.0, 4)};
}

Walk walk_of(const Published& published) {
  const bool lazy = published.graph == "lazy";
  return walk_over(
      problem(),
      program_of(published.algorithm, published.options),
      lazy ? topology_of("ring", 4, {{"lazy", true}}) : topology_of(published.graph, 4, {}));
}

const std::vector<Published>& all() {
  const NamedOptions zero{{"start", std::string("zero")}};
  static const std::vector<Published> kAll{
      {"decentlam",
       {},
       "ring",
       0.05,
       1,
       {{-0.2, 0.05, -0.2166666667, -0.0833333333},
        {-0.4505555556, -0.0147222222, -0.4802777778, -0.3052777778},
        {-0.654, -0.2914212963, -0.6758194444, -0.6432453704}}},
      {"momentum-tracking",
       zero,
       "ring",
       0.05,
       1,
       {{0.2, -0.2, 0.15, -0.6},
        {-0.23, -0.06, -0.3208333333, -0.5866666667},
        {-0.3321666667, -0.443, -0.3897916667, -0.9723333333}}},
      {"momentum-tracking",
       {},
       "ring",
       0.05,
       1,
       {{-0.1125, -0.1125, -0.1125, -0.1125},
        {-0.320625, -0.315, -0.309375, -0.30375},
        {-0.58940625, -0.57825, -0.55265625, -0.542625}}},
      {"gut",
       {},
       "ring",
       0.05,
       1,
       {{0.2, -0.2, 0.15, -0.6},
        {-0.35, 0.07, -0.3641666667, -0.2016666667},
        {-0.1060277778, -0.447, -0.1084861111, -0.5189722222}}},
      {"edm",
       {},
       "lazy",
       0.05,
       1,
       {{0, -0.0075, -0.0033333333, -0.0341666667},
        {-0.0137625, -0.0178027778, -0.0211736111, -0.0769527778},
        {-0.0426713241, -0.0357245972, -0.0528680556, -0.1175466898}}},
      {"relay-sgd",
       {{"normalization", std::string("own")}},
       "chain",
       0.05,
       1,
       {{0.1, -0.0125, -0.125, -0.4125},
        {0.1321875, -0.118125, -0.224375, -0.5040625},
        {-0.1342460938, -0.2378632813, -0.2638203125, -0.2638046875}}},
      {"k-gt",
       {{"period", std::int64_t{5}}},
       "ring",
       0.02,
       5,
       {{-0.3358977408, 0.0937193952, -0.3753046859, -0.1241142133}}},
      {"led",
       {{"period", std::int64_t{5}}},
       "ring",
       0.02,
       5,
       {{-0.3358977408, 0.0937193952, -0.3753046859, -0.1241142133}}},
      {"beer",
       {{"gossip_step", 0.9}},
       "ring",
       0.02,
       1,
       {{0.08, -0.08, 0.06, -0.24}, {0.0144, -0.0668, -0.0156, -0.2748}}},
      {"motef",
       {{"gossip_step", 0.9}},
       "ring",
       0.02,
       1,
       {{0.08, -0.08, 0.06, -0.24}, {0.01584, -0.06968, -0.01236, -0.29208}}},
      {"lead",
       {},
       "ring",
       0.05,
       1,
       {{0.2, -0.2, 0.15, -0.6}, {0.0166666667, -0.1420833333, -0.0583333333, -0.60875}}},
      {"dsgd-ceca",
       {},
       "ring",
       0.01,
       1,
       {{-0.04, 0, -0.005, -0.045}, {0.012775, -0.1016, 0.012775, -0.1016}}}};
  return kAll;
}

TEST(PublishedVectors, AreMet) {
  for (const Published& published : all()) {
    Walk walk = walk_of(published);
    for (const Models& row : published.rows) {
      walk.steps(constant(published.rate, published.every));
      EXPECT_LT(apart(walk.models(), Stack(row.data(), row.size())), 0.6e-10)
          << published.algorithm;
    }
  }
}

// Exact methods rest at the optimum, GUT's mixed models where plain decentralized SGD rests at the
// rate times 1 - mu, DecentLaM where it rests at the rate.
TEST(PublishedVectors, EndWhereTheSpecificationSays) {
  const std::vector<Published> exact{{"momentum-tracking", {}, "ring", 0.005, 1, {}},
                                     {"edm", {}, "lazy", 0.05, 1, {}},
                                     {"k-gt", {{"period", std::int64_t{5}}}, "lazy", 0.02, 1, {}},
                                     {"led", {{"period", std::int64_t{5}}}, "lazy", 0.02, 1, {}},
                                     {"beer", {{"gossip_step", 0.9}}, "lazy", 0.02, 1, {}},
                                     {"motef", {{"gossip_step", 0.9}}, "lazy", 0.02, 1, {}},
                                     {"docom", {{"gossip_step", 0.9}}, "lazy", 0.02, 1, {}},
                                     {"lead", {}, "lazy", 0.05, 1, {}},
                                     {"relay-sgd", {}, "chain", 0.05, 1, {}}};
  for (const Published& method : exact) {
    Walk walk = walk_of(method);
    walk.steps(constant(method.rate, 20000));
    EXPECT_LT(apart(walk.models(), Stack(-0.9, 4)), 1e-10) << method.algorithm;
  }
  Walk gut = walk_of({"gut", {}, "ring", 0.05, 1, {}});
  gut.steps(constant(0.05, 20000));
  EXPECT_NEAR(gut.models().sum() / 4 + 0.9, 1.140e-5, 0.01e-5);
  Walk lam = walk_of({"decentlam", {}, "ring", 0.05, 1, {}});
  lam.steps(constant(0.05, 20000));
  EXPECT_NEAR(lam.models().sum() / 4 + 0.9, -1.070e-3, 0.001e-3);
}

}  // namespace
}  // namespace murmur::testing
