// SPDX-License-Identifier: Apache-2.0
// Methods that drive the workers apart by themselves. Every case was tried with `murmur solve` on
// consensus, 8 workers of 200 coordinates on a ring: those that are warned of diverge there, the
// others agree to rounding.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/run/warnings/warnings.h"
#include "murmur/run/wiring/wiring.h"
#include "tests/run/config_text.h"

namespace murmur::run {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> warnings(const std::string& algorithm,
                                  const std::string& options,
                                  const std::vector<std::string>& set = {}) {
  const std::string before = "qg-dsgdm-n\"\nlearning_rate = [0.1, 0.1, 0.01]\n";
  std::string text = "workers = 8\n\n" + kSolveText.substr(kSolveText.find("steps"));
  const std::size_t problem = text.find("[problem]");
  text.replace(problem,
               text.find("[topology]") - problem,
               "[problem]\nname = \"consensus\"\nstart = [1.0]\n\n");
  const Config config = read(
      with(text, before, algorithm + "\"\nlearning_rate = 0.1\n" + options), Purpose::kSolve, set);
  RunExtent extent;
  extent.steps = config.steps;
  extent.parameters = 200;
  return texts_of(
      warnings_of(config, make_program<double>(config, false, 1), make_graph(config), extent));
}

TEST(Stability, OfLeadIsThatOfItsCodec) {
  const auto of = [](const std::string& codec, const std::vector<std::string>& set = {}) {
    return warnings("lead", "\n[compression]\nname = " + codec + "\n", set);
  };
  EXPECT_THAT(of("\"rand-k\"\nscaled = true\nratio = 0.6"),
              ElementsAre(AllOf(HasSubstr("algorithm.dual_step = 1, memory_step = 0.5"),
                                HasSubstr("Take 0.25 for both"))));
  EXPECT_THAT(of("\"rand-k\"\nscaled = true\nratio = 0.9"), IsEmpty());
  EXPECT_THAT(of("\"qsgd\"\nlevels = 3\nbucket = 32"), ElementsAre(HasSubstr("qsgd")));
  EXPECT_THAT(of("\"qsgd\"\nlevels = 4\nbucket = 32"), IsEmpty());
  EXPECT_THAT(of("\"qsgd\""), ElementsAre(HasSubstr("qsgd")));
  EXPECT_THAT(of("\"qsgd\"", {"algorithm.dual_step=0.25", "algorithm.memory_step=0.25"}),
              IsEmpty());
  EXPECT_THAT(of("\"ternary\""), ElementsAre(HasSubstr("ternary")));
  EXPECT_THAT(of("\"sign\""), ElementsAre(HasSubstr("Take a finer codec")));
  EXPECT_THAT(of("\"top-k\"\nratio = 0.1"), ElementsAre(HasSubstr("top-k")));
  EXPECT_THAT(of("\"top-k\"\nratio = 0.7"), IsEmpty());
  EXPECT_THAT(of("\"none\""), IsEmpty());
}

TEST(Stability, OfTrackedDirectionsIsThatOfTheirWeights) {
  const auto of = [](const std::string& name, double mu, double momentum, bool nesterov = false) {
    return warnings(name,
                    "mu = " + std::to_string(mu) + "\nmomentum = " + std::to_string(momentum) +
                        "\nnesterov = " + (nesterov ? "true" : "false") + "\n");
  };
  EXPECT_THAT(of("gut", 0.9, 0), IsEmpty());
  EXPECT_THAT(of("qg-gutm", 0.05, 0.9), IsEmpty());
  EXPECT_THAT(of("qg-gutm", 0.05, 0.9, true), IsEmpty());
  EXPECT_THAT(of("gut", 0.5, 0.45), IsEmpty());
  EXPECT_THAT(of("qg-gutm", 0.12, 0.9), ElementsAre(HasSubstr("mu + momentum be below 1")));
  EXPECT_THAT(of("gut", 0.5, 0.55, true), ElementsAre(HasSubstr("mu + momentum be below 1")));
}

// Exact limit without momentum: eigenvalues above -1 / (1 + 2 mu). On a hypercube of 8 workers with
// metropolis weights the least is -1/2, so mu must be below 1/2.
TEST(Stability, OfGutIsLimitedByTheLeastEigenvalue) {
  const std::vector<std::string> cube{"topology.name=hypercube"};
  EXPECT_THAT(warnings("gut", "mu = 0.49\n", cube), IsEmpty());
  EXPECT_THAT(warnings("gut", "mu = 0.51\n", cube),
              ElementsAre(AllOf(HasSubstr("-0.5000"), HasSubstr("topology.lazy"))));
  EXPECT_THAT(warnings("gut", "mu = 0.51\n", {"topology.name=hypercube", "topology.lazy=true"}),
              IsEmpty());
}

}  // namespace
}  // namespace murmur::run
