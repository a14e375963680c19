// SPDX-License-Identifier: Apache-2.0
// Laws of axes and labels over many ranges, and what a chart needs to be accessible.
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/run/plot/bars.h"
#include "murmur/run/plot/class_dots.h"
#include "murmur/run/plot/line_chart.h"
#include "murmur/run/plot/marks.h"
#include "murmur/run/records/class_counts.h"
#include "murmur/run/text/html.h"
#include "tests/run/markup.h"

namespace murmur::run {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(AxisScale, TicksLieOnTheAxisAndAreEvenlySpaced) {
  RandomSequence random(Random(1, Stream::kTest));
  for (int i = 0; i < 500; ++i) {
    const double low = random.normal() * std::pow(10.0, 12 * random.uniform() - 6);
    const double high = low + std::pow(10.0, 12 * random.uniform() - 6);
    const AxisScale scale = AxisScale::linear(low, high);
    const std::vector<Tick> ticks = scale.ticks(5, 1);
    ASSERT_GE(ticks.size(), 2U) << low << " .. " << high;
    ASSERT_LE(ticks.size(), 8U) << low << " .. " << high;
    const double step = scale.position(ticks[1].value) - scale.position(ticks[0].value);
    for (std::size_t k = 0; k < ticks.size(); ++k) {
      const double position = scale.position(ticks[k].value);
      EXPECT_GE(position, -1e-6);
      EXPECT_LE(position, 1 + 1e-6);
      EXPECT_NEAR(position, scale.position(ticks[0].value) + static_cast<double>(k) * step, 1e-6);
      for (std::size_t other = 0; other < k; ++other) {
        EXPECT_NE(ticks[k].text, ticks[other].text) << low << " .. " << high;
      }
    }
  }
}

TEST(AxisScale, WritesZeroWithoutASign) {
  for (const double high : {1.0, 4.0, 700.0}) {
    EXPECT_EQ(AxisScale::linear(0, high).ticks(5, 1).front().text, "0");
  }
}

TEST(AxisScale, LogarithmicTicksAreFewAtAnyWidth) {
  for (int decades = 0; decades <= 30; ++decades) {
    const AxisScale scale = AxisScale::logarithmic(3e-10, 3e-10 * std::pow(10.0, decades));
    const std::vector<Tick> ticks = scale.ticks(5, 1);
    EXPECT_GE(ticks.size(), 1U) << decades;
    EXPECT_LE(ticks.size(), 8U) << decades;
    for (const Tick& tick : ticks) {
      EXPECT_GE(scale.position(tick.value), -1e-6);
      EXPECT_LE(scale.position(tick.value), 1 + 1e-6);
    }
  }
}

TEST(AxisScale, WritesTicksInRoundNumbers) {
  std::vector<std::string> texts;
  for (const Tick& tick : AxisScale::linear(0.612, 0.888).ticks(5, 100)) {
    texts.push_back(tick.text);
  }
  EXPECT_THAT(texts, ::testing::ElementsAre("65", "70", "75", "80", "85"));
}

TEST(NumberText, IsShortAndRight) {
  EXPECT_EQ(number_text(0), "0");
  EXPECT_EQ(number_text(0.5), "0.5");
  EXPECT_EQ(number_text(-0.25), "-0.25");
  EXPECT_EQ(number_text(86.523), "86.52");
  EXPECT_EQ(number_text(1234.5), "1234");
  EXPECT_EQ(number_text(123456), "123456");
  EXPECT_EQ(number_text(1e-6), "10⁻⁶");
  EXPECT_EQ(number_text(-2.5e12), "-2.5×10¹²");
  EXPECT_EQ(number_text(kInfinity), "∞");
  EXPECT_EQ(number_text(kNaN), "not a number");
}

TEST(QuantityText, ChoosesTheUnit) {
  EXPECT_EQ(quantity_text(0.8652, Unit::kFraction), "86.52 %");
  EXPECT_EQ(quantity_text(6096000000.0, Unit::kBytes), "6.096 GB");
  EXPECT_EQ(quantity_text(12, Unit::kBytes), "12 bytes");
  EXPECT_EQ(quantity_text(0.0068, Unit::kSeconds), "6.8 ms");
  EXPECT_EQ(quantity_text(90, Unit::kSeconds), "90 s");
  EXPECT_EQ(quantity_text(600, Unit::kSeconds), "10 min");
}

TEST(Spread, KeepsLabelsApartInOrderAndInside) {
  RandomSequence random(Random(2, Stream::kTest));
  for (int i = 0; i < 200; ++i) {
    std::vector<double> wanted;
    for (std::uint64_t k = random.below(12) + 1; k > 0; --k) {
      wanted.push_back(10 + 190 * random.uniform());
    }
    const std::vector<double> placed = spread(wanted, 15, 10, 200);
    ASSERT_EQ(placed.size(), wanted.size());
    for (std::size_t a = 0; a < wanted.size(); ++a) {
      EXPECT_GE(placed[a], 10 - 1e-9);
      EXPECT_LE(placed[a], 200 + 1e-9);
      for (std::size_t b = 0; b < wanted.size(); ++b) {
        if (wanted[a] < wanted[b]) {
          EXPECT_GE(placed[b] - placed[a], 15 - 1e-9);
        }
      }
    }
  }
}

TEST(Spread, LeavesLabelsThatDoNotTouchWhereTheyWantToBe) {
  EXPECT_EQ(spread({100, 20, 60}, 15, 0, 200), (std::vector<double>{100, 20, 60}));
}

LineChart some_chart() {
  return {.id = "c",
          .title = "a < b",
          .description = "\"both\" & more",
          .x = {.label = "epoch"},
          .y = {.label = "accuracy", .unit = Unit::kFraction},
          .series = {
              {.label = "<one>", .style = 0, .points = {{0, 0.1, 0.05, 0.15}, {1, 0.5, 0.4, 0.6}}},
              {.label = "two", .style = 1, .points = {{0, 0.2, 0.2, 0.2}, {1, 0.6, 0.6, 0.6}}}}};
}

TEST(LineChart, IsWellFormedAndSaysWhatItShows) {
  const std::string svg = draw(some_chart());
  EXPECT_EQ(markup_error(svg), "");
  EXPECT_THAT(svg, HasSubstr("role=\"img\""));
  EXPECT_THAT(svg, HasSubstr("<title id=\"c-t\">a &lt; b</title>"));
  EXPECT_THAT(svg, HasSubstr("<desc id=\"c-d\">&quot;both&quot; &amp; more</desc>"));
  EXPECT_THAT(svg, HasSubstr("&lt;one&gt;"));
  EXPECT_THAT(svg, HasSubstr("accuracy (%)"));
}

TEST(LineChart, DrawsABandOnlyWhereThereIsOne) {
  const std::string svg = draw(some_chart());
  EXPECT_EQ(count(svg, "class=\"band\""), 1);
  EXPECT_EQ(count(svg, "class=\"line\""), 2);
}

TEST(LineChart, LeavesGapsForWhatCannotBeDrawn) {
  LineChart chart = some_chart();
  chart.y.logarithmic = true;
  chart.series = {{.label = "gaps",
                   .style = 0,
                   .points = {{0, 1, 1, 1},
                              {1, 0, 0, 0},
                              {2, kNaN, kNaN, kNaN},
                              {3, 2, 2, 2},
                              {4, kInfinity, kInfinity, kInfinity}}}};
  const std::string svg = draw(chart);
  EXPECT_EQ(markup_error(svg), "");
  EXPECT_EQ(count(svg, "class=\"line\""), 2);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(LineChart, IsNotStretchedBySeriesThatLeftForInfinity) {
  LineChart chart = some_chart();
  chart.y = {.label = "loss"};
  const std::string before = draw(chart);
  chart.series.push_back({.label = "lost",
                          .style = 2,
                          .points = {{0, 0.3, 0.3, 0.3}, {1, 1e30, 1e30, 1e30}},
                          .broken = true});
  const std::string after = draw(chart);
  EXPECT_THAT(after, HasSubstr("class=\"broken\""));
  EXPECT_EQ(count(before, "class=\"grid\""), count(after, "class=\"grid\""));
}

// The labels of ticks to the left of the y axis.
std::vector<std::string> y_ticks(const std::string& svg) {
  std::vector<std::string> texts;
  const std::string end = "text-anchor=\"end\">";
  for (auto at = svg.find("class=\"tick\""); at != std::string::npos;
       at = svg.find("class=\"tick\"", at + 1)) {
    const std::size_t close = svg.find('>', at) + 1;
    if (svg.substr(close - end.size(), end.size()) == end) {
      texts.push_back(svg.substr(close, svg.find('<', close) - close));
    }
  }
  return texts;
}

TEST(LineChart, WritesNoTickThatIsWiderThanTheMargin) {
  for (const double size : {3e-9, 1.6e-5, 2e-4, 0.3, 7.0, 1234.0, 4e5, 3e6, 1e20}) {
    for (const bool logarithmic : {false, true}) {
      LineChart chart = some_chart();
      chart.y = {.label = "distance", .logarithmic = logarithmic};
      chart.series[0].points = {{0, size, size, size}, {1, 2 * size, 2 * size, 2 * size}};
      chart.series.resize(1);
      const std::string svg = draw(chart);
      EXPECT_EQ(markup_error(svg), "");
      ASSERT_GE(y_ticks(svg).size(), 2U) << size;
      for (const std::string& text : y_ticks(svg)) {
        EXPECT_LE(shown_length(text), 6U) << size << ": " << text;
      }
    }
  }
}

TEST(LineChart, NamesThePowerOfTenThatItsTicksLeaveOut) {
  LineChart chart = some_chart();
  chart.y = {.label = "rate"};
  chart.series[0].points = {{0, 0, 0, 0}, {1, 1.6e-5, 1.6e-5, 1.6e-5}};
  chart.series.resize(1);
  EXPECT_THAT(draw(chart), HasSubstr("rate (× 10⁻⁵)"));
}

// A band may extend beyond what is attainable; the axis does not.
TEST(LineChart, EndsAtAHundredPercent) {
  LineChart chart = some_chart();
  chart.series[0].points = {{0, 0.9, 0.8, 1.04}, {1, 1, 0.9, 1.08}};
  chart.series.resize(1);
  EXPECT_EQ(y_ticks(draw(chart)).back(), "100");
}

TEST(LineChart, StandsWithoutAnyData) {
  LineChart chart = some_chart();
  chart.series.clear();
  EXPECT_EQ(markup_error(draw(chart)), "");
}

TEST(BarChart, PartsFillTheBar) {
  const std::string svg = draw(BarChart{.id = "b",
                                        .title = "time",
                                        .description = "parts",
                                        .unit = Unit::kSeconds,
                                        .parts = {"x", "y"},
                                        .bars = {{"one", {1, 3}}, {"two", {0, 0}}}});
  EXPECT_EQ(markup_error(svg), "");
  EXPECT_THAT(svg, HasSubstr("4 s"));
  EXPECT_EQ(count(svg, "<rect class=\"part\""), 2 + 4);
}

TEST(Classes, ADotForEveryCountThatIsNotZero) {
  const ClassCounts data{{"a", "b & c"}, {{3, 0}, {1, 2}, {0, 0}}};
  const std::string svg = draw_classes("p", "who", data.classes, data.counts);
  EXPECT_EQ(markup_error(svg), "");
  EXPECT_EQ(count(svg, "class=\"dot\""), 3);
  EXPECT_THAT(svg, HasSubstr("b &amp; c"));
}

TEST(Heterogeneity, IsKnownForEvenAndForPureShares) {
  const Heterogeneity even = heterogeneity({{"a", "b", "c", "d"}, {{5, 5, 5, 5}, {1, 1, 1, 1}}});
  EXPECT_DOUBLE_EQ(even.largest_share, 0.25);
  EXPECT_DOUBLE_EQ(even.effective_classes, 4);
  const Heterogeneity pure = heterogeneity({{"a", "b"}, {{7, 0}, {0, 9}}});
  EXPECT_DOUBLE_EQ(pure.largest_share, 1);
  EXPECT_DOUBLE_EQ(pure.effective_classes, 1);
  EXPECT_DOUBLE_EQ(pure.classes, 1);
}

TEST(EscapeHtml, LeavesNothingThatMeansSomething) {
  EXPECT_EQ(escape_html("<a href='x'>&\"</a>"), "&lt;a href=&#39;x&#39;&gt;&amp;&quot;&lt;/a&gt;");
  EXPECT_EQ(escape_html("größer ± 3"), "größer ± 3");
  EXPECT_EQ(escape_html(std::string("a\0b\x1b[1m\xff\xc3", 9)), "a�b�[1m��");
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "ab…");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
  EXPECT_EQ(shown_length("äöü…"), 4U);
}

}  // namespace
}  // namespace murmur::run
