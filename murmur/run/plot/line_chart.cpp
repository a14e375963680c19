// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/plot/line_chart.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "murmur/run/plot/frame.h"
#include "murmur/run/plot/marks.h"
#include "murmur/run/text/html.h"

namespace murmur::run {
namespace {

constexpr double kLabelGap = 15;
constexpr std::size_t kLongestTick = 6;  // characters that fit left of the axis
constexpr std::size_t kLongestName = 20;
constexpr std::size_t kMostNames = 12;
constexpr int kMarksPerLine = 8;

std::string axis_title(const Axis& axis, const Display& display) {
  return escape_html(display.name.empty() ? axis.label : axis.label + " (" + display.name + ")");
}

// Numbers without a unit whose tick labels would be wider than the margin are divided by a power of
// ten, which the axis title states.
Display display_on(const Axis& axis, const AxisScale& scale, int wanted) {
  const Display plain = display_of(axis.unit, scale.high());
  const std::vector<Tick> ticks = scale.ticks(wanted, plain.factor);
  const bool fits = std::all_of(ticks.begin(), ticks.end(), [](const Tick& tick) {
    return shown_length(tick.text) <= kLongestTick;
  });
  const double size = std::max(std::abs(scale.low()), std::abs(scale.high()));
  if (fits || axis.unit != Unit::kNumber || size == 0) {
    return plain;
  }
  const double power = std::floor(std::log10(size));
  return {.factor = std::pow(10.0, -power), .name = "× " + number_text(std::pow(10.0, power))};
}

void draw_axes(std::string& out, const LineChart& chart, const Frame& frame) {
  const int wanted_x = frame.right() > 340 ? 6 : 4;
  const Display x_display = display_on(chart.x, frame.x(), wanted_x);
  const Display y_display = display_on(chart.y, frame.y(), 5);
  auto end = std::back_inserter(out);
  out += R"(<g class="axis">)";
  for (const Tick& tick : frame.y().ticks(5, y_display.factor)) {
    const double y = frame.height(tick.value);
    fmt::format_to(
        end, R"(<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/>)", Frame::kLeft, y, frame.right());
    fmt::format_to(end,
                   R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)",
                   Frame::kLeft - 6,
                   y + 4,
                   tick.text);
  }
  for (const Tick& tick : frame.x().ticks(wanted_x, x_display.factor)) {
    const double x = frame.place(tick.value, frame.y().low()).x;
    fmt::format_to(end, R"(<path class="stub" d="M{:.1f} {:.1f}v4"/>)", x, Frame::kBottom);
    fmt::format_to(end,
                   R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)",
                   x,
                   Frame::kBottom + 17,
                   tick.text);
  }
  fmt::format_to(end,
                 R"(<path class="base" d="M{:.1f} {:.1f}H{:.1f}"/>)",
                 Frame::kLeft,
                 Frame::kBottom,
                 frame.right());
  fmt::format_to(
      end, R"(<text class="name" x="8" y="16">{}</text>)", axis_title(chart.y, y_display));
  fmt::format_to(end,
                 R"(<text class="name" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text></g>)",
                 frame.right(),
                 Frame::kHeight - 5,
                 axis_title(chart.x, x_display));
}

// Visits every run of drawable points: [begin, end).
template <class Visit>
void for_each_run(const Series& series, const LineChart& chart, const Visit& visit) {
  for (std::size_t begin = 0; begin < series.points.size();) {
    std::size_t end = begin;
    while (end < series.points.size() && drawable(series.points[end], chart)) {
      ++end;
    }
    if (end > begin) {
      visit(begin, end);
    }
    begin = end + 1;
  }
}

void draw_band(std::string& out, const Series& series, const LineChart& chart, const Frame& frame) {
  if (series.broken) {
    return;  // the deviation of a diverging series is meaningless
  }
  for_each_run(series, chart, [&](std::size_t begin, std::size_t end) {
    std::string upper;
    std::string lower;
    bool wide = false;
    for (std::size_t i = begin; i < end; ++i) {
      const Point& p = series.points[i];
      wide = wide || p.high > p.low;
      const double high = std::isfinite(p.high) ? p.high : p.y;
      const double low = drawable(p.low, chart.y) ? p.low : frame.y().low();
      const Place a = frame.place(p.x, high);
      const Place b = frame.place(p.x, low);
      upper += fmt::format("{}{:.1f} {:.1f}", i == begin ? "M" : "L", a.x, a.y);
      lower.insert(0, fmt::format("L{:.1f} {:.1f}", b.x, b.y));
    }
    if (wide) {
      out += R"(<path class="band" d=")" + upper + lower + R"(z"/>)";
    }
  });
}

void draw_line(std::string& out, const Series& series, const LineChart& chart, const Frame& frame) {
  for_each_run(series, chart, [&](std::size_t begin, std::size_t end) {
    out += R"(<path class="line" d=")";
    for (std::size_t i = begin; i < end; ++i) {
      const Place at = frame.place(series.points[i].x, series.points[i].y);
      out += fmt::format("{}{:.1f} {:.1f}", i == begin ? "M" : "L", at.x, at.y);
    }
    out += R"("/>)";
  });
}

// Draws a few marks per line, each with a tooltip that shows its values.
void draw_marks(std::string& out,
                const Series& series,
                const LineChart& chart,
                const Frame& frame) {
  std::vector<Point> shown;
  for (const Point& point : series.points) {
    if (drawable(point, chart)) {
      shown.push_back(point);
    }
  }
  if (shown.empty()) {
    return;
  }
  const std::size_t stride = (shown.size() + kMarksPerLine - 1) / kMarksPerLine;
  for (std::size_t i = (shown.size() - 1) % stride; i < shown.size(); i += stride) {
    const Point& p = shown[i];
    const double y = frame.y().position(p.y);
    if (y < 0 || y > 1) {
      continue;
    }
    out += fmt::format("<g>{}<title>{}: {} {}, {}</title></g>",
                       mark(series.style, frame.place(p.x, p.y), 3),
                       escape_html(series.label),
                       escape_html(chart.x.label),
                       quantity_text(p.x, chart.x.unit),
                       quantity_text(p.y, chart.y.unit));
  }
  if (series.broken) {
    const Place at = frame.place(shown.back().x, shown.back().y);
    out += fmt::format(R"(<path class="broken" d="M{:.1f} {:.1f}l8 8m0 -8l-8 8"/>)",
                       at.x - 4,
                       std::clamp(at.y, Frame::kTop, Frame::kBottom) - 4);
  }
}

const Point* last_drawable(const Series& series, const LineChart& chart) {
  const auto found = std::find_if(series.points.rbegin(),
                                  series.points.rend(),
                                  [&](const Point& p) { return drawable(p, chart); });
  return found == series.points.rend() ? nullptr : &*found;
}

void draw_names(std::string& out, const LineChart& chart, const Frame& frame) {
  std::vector<const Series*> named;
  std::vector<Place> ends;
  std::vector<double> wanted;
  for (const Series& series : chart.series) {
    if (const Point* last = last_drawable(series, chart)) {
      named.push_back(&series);
      ends.push_back(frame.place(last->x, last->y));
      wanted.push_back(std::clamp(ends.back().y, Frame::kTop, Frame::kBottom));
    }
  }
  const std::vector<double> heights = spread(wanted, kLabelGap, Frame::kTop, Frame::kBottom);
  const double x = frame.right() + 14;
  for (std::size_t i = 0; i < named.size(); ++i) {
    out += fmt::format(R"(<g class="s{}">)", named[i]->style % kStyles);
    out += fmt::format(R"(<path class="lead" d="M{:.1f} {:.1f}L{:.1f} {:.1f}"/>)",
                       ends[i].x,
                       wanted[i],
                       x - 3,
                       heights[i]);
    out += mark(named[i]->style, {x + 1, heights[i]}, 3.2);
    out += fmt::format(R"(<text class="series" x="{:.1f}" y="{:.1f}">{}</text></g>)",
                       x + 8,
                       heights[i] + 4,
                       escape_html(shortened(named[i]->label, kLongestName)));
  }
}

bool names_fit(const LineChart& chart) {
  return chart.name_series && chart.series.size() <= kMostNames;
}

double right_edge(const LineChart& chart) {
  if (!names_fit(chart)) {
    return Frame::kWidth - 14;
  }
  double longest = 0;
  for (const Series& series : chart.series) {
    longest = std::max(longest, text_width(shortened(series.label, kLongestName)));
  }
  return Frame::kWidth - 24 - longest;
}

}  // namespace

std::string draw(const LineChart& chart) {
  const Frame frame(chart, right_edge(chart));
  std::string out = fmt::format(
      R"(<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">)",
      Frame::kWidth,
      Frame::kHeight,
      chart.id,
      chart.id);
  out += fmt::format(R"(<title id="{}-t">{}</title><desc id="{}-d">{}</desc>)",
                     chart.id,
                     escape_html(chart.title),
                     chart.id,
                     escape_html(chart.description));
  out += fmt::format(
      R"(<clipPath id="{}-c"><rect x="{:.1f}" y="{}" width="{:.1f}" height="{}"/></clipPath>)",
      chart.id,
      Frame::kLeft,
      Frame::kTop - 2,
      frame.right() - Frame::kLeft + 2,
      Frame::kBottom - Frame::kTop + 3);
  draw_axes(out, chart, frame);
  for (const auto& draw_part : {draw_band, draw_line}) {
    out += fmt::format(R"svg(<g clip-path="url(#{}-c)">)svg", chart.id);
    for (const Series& series : chart.series) {
      out += fmt::format(R"(<g class="s{}">)", series.style % kStyles);
      draw_part(out, series, chart, frame);
      out += "</g>";
    }
    out += "</g>";
  }
  for (const Series& series : chart.series) {
    out += fmt::format(R"(<g class="s{}">)", series.style % kStyles);
    draw_marks(out, series, chart, frame);
    out += "</g>";
  }
  if (names_fit(chart)) {
    draw_names(out, chart, frame);
  }
  return out + "</svg>";
}

}  // namespace murmur::run
