// SPDX-License-Identifier: Apache-2.0
// `murmur topology` as a user meets it.
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/commands/program.h"

namespace murmur::testing {
namespace {

using nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json shown(const Desk& desk, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "topology");
  arguments.emplace_back("--json");
  const Ran ran = desk.run(arguments);
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_EQ(ran.err, "");
  return json::parse(ran.out);
}

std::string refused(const Desk& desk, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "topology");
  const Ran ran = desk.run(arguments);
  EXPECT_EQ(ran.code, 2) << ran.out;
  EXPECT_EQ(ran.out, "");
  return ran.err;
}

TEST(TopologyCommand, ShowsARingAsTheSpecificationHasIt) {
  const Desk desk;
  const json ring = shown(desk, {"ring", "--workers", "16", "--parameters", "1000"});
  EXPECT_EQ(ring["workers"], 16);
  EXPECT_NEAR(ring["lambda_2"], 0.949253, 1e-6);
  EXPECT_NEAR(ring["lambda_n"], -1.0 / 3.0, 1e-12);
  EXPECT_NEAR(ring["spectral_gap"], 0.050747, 1e-6);
  EXPECT_EQ(ring["steps_to_consensus"], 133);
  EXPECT_EQ(ring["period"], 1);
  EXPECT_EQ(ring["edges"].size(), 32U);
  EXPECT_EQ(ring["eigenvalues"].size(), 16U);
  EXPECT_NEAR(ring["weights"][0][15], 1.0 / 3.0, 1e-15);
  EXPECT_EQ(ring["weights"][0][2], 0.0);
  EXPECT_EQ(ring["degree"]["in"]["max"], 2);
  EXPECT_EQ(ring["messages_per_step"], 32);
  EXPECT_EQ(ring["bytes_per_round"], 32 * 1000 * 4);
  EXPECT_THAT(desk.run({"topology", "ring", "--workers", "16", "--parameters", "1000"}).out,
              HasSubstr("128 kB"));
  for (const char* claim : {"connected", "symmetric", "doubly_stochastic"}) {
    EXPECT_EQ(ring[claim], true) << claim;
  }
}

TEST(TopologyCommand, TakesTheOptionsOfTheTopology) {
  const Desk desk;
  const json torus = shown(desk, {"torus", "--workers", "12", "--set", "rows=2"});
  EXPECT_EQ(torus["options"]["rows"], 2);
  EXPECT_EQ(torus["degree"]["in"]["max"], 3);
  const json lazy = shown(desk, {"ring", "--set", "topology.lazy=true", "--set", "workers=4"});
  EXPECT_EQ(lazy["workers"], 4);
  EXPECT_NEAR(lazy["lambda_n"], 1.0 / 3.0, 1e-12);
  const json precise = shown(desk, {"ring", "--set", "precision=double", "--parameters", "10"});
  EXPECT_EQ(precise["bytes_per_message"], 80);
}

TEST(TopologyCommand, ShowsThePeriodOfWhatVaries) {
  const Desk desk;
  const json all = shown(desk, {"one-peer-exponential", "--workers", "8"});
  EXPECT_EQ(all["period"], 3);
  EXPECT_EQ(all["steps"].size(), 3U);
  EXPECT_EQ(all["steps_to_consensus"], 3);
  const json some =
      shown(desk, {"one-peer-exponential", "--workers", "8", "--step", "2", "--steps", "1"});
  ASSERT_EQ(some["steps"].size(), 1U);
  EXPECT_EQ(some["steps"][0]["step"], 2);
  EXPECT_EQ(some["weights"][4][0], 0.5);  // hop 4
}

TEST(TopologyCommand, HasNumbersThatFitWithoutBeingAsked) {
  const Desk desk;
  EXPECT_EQ(shown(desk, {"social"})["workers"], 32);
  EXPECT_EQ(shown(desk, {"expander"})["workers"], 17);
  const json own = shown(desk, {"custom", "--set", "weights=[[0.5, 0.5], [0.5, 0.5]]"});
  EXPECT_EQ(own["workers"], 2);
}

TEST(TopologyCommand, FollowsTheSeed) {
  const Desk desk;
  const std::vector<std::string> matching{"random-matching", "--workers", "9", "--seed", "5"};
  const json once = shown(desk, matching);
  EXPECT_EQ(once, shown(desk, matching));
  EXPECT_EQ(once["period"], nullptr);
  EXPECT_NE(once["steps"],
            shown(desk, {"random-matching", "--workers", "9", "--seed", "6"})["steps"]);
  const Ran environment =
      desk.run({"topology", "random-matching", "--workers", "9", "--json"}, {"MURMUR_SEED=5"});
  EXPECT_EQ(json::parse(environment.out), once);
}

TEST(TopologyCommand, TellsComplexEigenvaluesApart) {
  const Desk desk;
  const json directed = shown(desk, {"exponential", "--workers", "6"});
  EXPECT_EQ(directed["lambda_2"], nullptr);
  EXPECT_EQ(directed["eigenvalues"][1].size(), 2U);
  EXPECT_NEAR(directed["rate"], 0.5, 1e-12);
}

TEST(TopologyCommand, SaysInWordsWhatItFound) {
  const Desk desk;
  const Ran ran = desk.run({"topology", "star", "--workers", "5", "--set", "weighting=out-degree"});
  EXPECT_EQ(ran.code, 0);
  EXPECT_THAT(ran.out,
              AllOf(StartsWith("star, 5 workers"),
                    HasSubstr("for push-sum"),
                    HasSubstr("0  own 0.2       hears 1: 0.5, 2: 0.5"),
                    HasSubstr("8 per step")));
  EXPECT_THAT(desk.run({"topology", "bipartite-one-peer", "--workers", "4"}).out,
              AllOf(HasSubstr("connected          no"), HasSubstr("never")));
}

TEST(TopologyCommand, WritesTheDrawing) {
  const Desk desk;
  const Ran ran = desk.run({"topology", "torus", "--svg", "torus.svg"});
  EXPECT_EQ(ran.code, 0) << ran.err;
  EXPECT_THAT(read_text(desk.path("torus.svg")), AllOf(StartsWith("<svg"), HasSubstr("torus, 16")));
  EXPECT_THAT(refused(desk, {"torus", "--svg", "no/such/folder.svg"}), HasSubstr("--svg"));
}

TEST(TopologyCommand, RefusesWithAReason) {
  const Desk desk;
  EXPECT_THAT(refused(desk, {"rnig"}), HasSubstr("'ring'"));
  EXPECT_THAT(refused(desk, {"exp2"}), HasSubstr("'exponential'"));
  EXPECT_THAT(refused(desk, {"hypercube", "--workers", "12"}), HasSubstr("8 or 16"));
  EXPECT_THAT(refused(desk, {"ring", "--set", "rows=3"}), HasSubstr("torus"));
  EXPECT_THAT(refused(desk, {"torus", "--set", "row=3"}), HasSubstr("'rows'"));
  EXPECT_THAT(refused(desk, {"custom"}), HasSubstr("--set weights="));
  EXPECT_THAT(refused(desk, {"custom", "--set", "weights=[[0.5, 0.5], [0.4, 0.5]]"}),
              HasSubstr("row 1 of weights sums to 0.9"));
  EXPECT_THAT(refused(desk, {"ring", "--set", "topology.name=star"}), HasSubstr("named first"));
  EXPECT_THAT(refused(desk, {"ring", "--workers", "0"}), HasSubstr("--workers"));
  EXPECT_THAT(refused(desk, {"ring", "--step", "-1"}), HasSubstr("--step"));
  EXPECT_THAT(refused(desk, {"ring", "--output", "x"}), HasSubstr("--svg"));
}

}  // namespace
}  // namespace murmur::testing
