// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/draw.h"

#include <algorithm>
#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/topology/arrangement.h"
#include "tests/topology/make.h"

namespace murmur::topology {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string drawn(const std::string& name, int workers, const Changes& changes = {}) {
  return draw_svg(name, options_of(name, workers, changes), *make(name, workers, changes));
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++found;
  }
  return found;
}

// Every opened element is closed in turn.
bool is_well_formed(const std::string& svg) {
  std::vector<std::string> open;
  for (auto at = svg.find('<'); at != std::string::npos; at = svg.find('<', at + 1)) {
    const std::string tag = svg.substr(at + 1, svg.find('>', at) - at - 1);
    const std::string name = tag.substr(0, tag.find_first_of(" /", 1));
    if (tag.front() == '/') {
      if (open.empty() || "/" + open.back() != tag) {
        return false;
      }
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
  }
  return open.empty();
}

TEST(Drawing, IsWellFormedForEveryTopology) {
  for (const Case& c : all_cases()) {
    if (c.lazy) {
      continue;
    }
    Changes changes;
    if (!c.weighting.empty()) {
      changes["weighting"] = c.weighting;
    }
    const std::string svg = drawn(c.info->name, c.workers, changes);
    EXPECT_TRUE(is_well_formed(svg)) << c.words();
    EXPECT_THAT(svg, Not(HasSubstr("nan"))) << c.words();
    EXPECT_THAT(svg, Not(HasSubstr("inf"))) << c.words();
  }
}

TEST(Drawing, HasACirclePerWorkerAndALinePerLink) {
  const std::string svg = drawn("ring", 16);
  EXPECT_EQ(count(svg, "<circle"), 16U);
  EXPECT_EQ(count(svg, "<path d="), 16U);
  EXPECT_EQ(count(svg, "marker-end"), 0U);
}

TEST(Drawing, HasArrowsWhereEdgesGoOneWay) {
  EXPECT_EQ(count(drawn("exponential", 9), "marker-end"), 9U * 4);
}

TEST(Drawing, ShowsTheStepsOfAPeriodSideBySide) {
  EXPECT_EQ(count(drawn("one-peer-exponential", 16), ">step "), 4U);
  EXPECT_EQ(count(drawn("random-matching", 6), ">step "), 8U);
  EXPECT_EQ(count(drawn("ring", 6), ">step "), 0U);
}

TEST(Drawing, DashesNegativeWeights) {
  const Tables weights{{{1.5, -0.5}, {-0.5, 1.5}}};
  EXPECT_EQ(count(drawn("custom", 2, {{"weights", weights}}), "class=\"mt-negative\""), 1U);
  EXPECT_EQ(count(drawn("ring", 2), "class=\"mt-negative\""), 0U);
}

TEST(Drawing, KnowsLightAndDark) {
  EXPECT_THAT(drawn("ring", 4), HasSubstr("prefers-color-scheme:dark"));
}

TEST(Drawing, EscapesItsTitle) {
  const auto options = options_of("ring", 3);
  const std::string svg = draw_svg("ring", options, *make("ring", 3), {.title = "a < b & c"});
  EXPECT_THAT(svg, HasSubstr("a &lt; b &amp; c"));
  EXPECT_TRUE(is_well_formed(svg));
}

TEST(Drawing, OfManyEdgesStaysAFile) {
  const std::string svg = drawn("complete", 400);
  EXPECT_THAT(svg, HasSubstr("one edge in 4 is drawn"));
  EXPECT_EQ(count(svg, "<path d="), (400U * 399 / 2 + 3) / 4);
}

TEST(Arrangement, FillsItsBoxAndKeepsWorkersApart) {
  for (const Case& c : all_cases()) {
    if (c.lazy || c.workers == 1) {
      continue;
    }
    SCOPED_TRACE(c.words());
    const Arrangement a = arrange(c.info->name, options_of(c.info->name, c.workers), *c.topology);
    ASSERT_EQ(a.places.size(), static_cast<std::size_t>(c.workers));
    EXPECT_GE(std::max(a.width, a.height), 1 - 1e-12);
    for (std::size_t i = 0; i < a.places.size(); ++i) {
      EXPECT_GE(a.places[i].x, -1e-12);
      EXPECT_LE(a.places[i].x, a.width + 1e-12);
      EXPECT_GE(a.places[i].y, -1e-12);
      EXPECT_LE(a.places[i].y, a.height + 1e-12);
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_GT(std::hypot(a.places[i].x - a.places[j].x, a.places[i].y - a.places[j].y), 0.004);
      }
    }
  }
}

TEST(Arrangement, PutsNeighborsOfASocialNetworkNearer) {
  const auto topology = make("karate", 34);
  const Arrangement a = arrange("karate", options_of("karate", 34), *topology);
  const MixingMatrix matrix = topology->at(0);
  double near = 0;
  double all = 0;
  int linked = 0;
  for (int i = 0; i < 34; ++i) {
    for (int j = 0; j < 34; ++j) {
      const Place& p = a.places[static_cast<std::size_t>(i)];
      const Place& q = a.places[static_cast<std::size_t>(j)];
      const double apart = std::hypot(p.x - q.x, p.y - q.y);
      all += apart / (34 * 33);
      near += matrix.weight(i, j) != 0 && i != j ? apart : 0;
      linked += matrix.weight(i, j) != 0 && i != j ? 1 : 0;
    }
  }
  EXPECT_LT(near / linked, 0.6 * all);
}

}  // namespace
}  // namespace murmur::topology
