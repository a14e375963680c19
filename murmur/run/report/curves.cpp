// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "murmur/run/records/words.h"

namespace murmur::run {
namespace {

constexpr std::size_t kMostRows = 60;

std::optional<double> value_of(const MetricsLine& line, const std::string& name) {
  if (name == "epoch") {
    return line.epoch;
  }
  if (name == "step") {
    return static_cast<double>(line.step);
  }
  const auto found = line.values.find(name);
  return found == line.values.end() ? std::nullopt : std::optional<double>(found->second);
}

// The values of all seeds at one step.
struct Samples {
  std::vector<double> x;
  std::vector<double> y;
};

double mean_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) {
    sum += value;
  }
  return sum / static_cast<double>(values.size());
}

Point point_of(const Samples& samples) {
  const double y = mean_of(samples.y);
  double squares = 0;
  for (const double value : samples.y) {
    squares += (value - y) * (value - y);
  }
  const auto count = static_cast<double>(samples.y.size());
  const double std = count > 1 ? std::sqrt(squares / (count - 1)) : 0;
  return {.x = mean_of(samples.x), .y = y, .low = y - std, .high = y + std};
}

}  // namespace

std::vector<Point> thinned(const std::vector<Point>& points, std::size_t most) {
  if (points.size() <= most || most < 2) {
    return points;
  }
  std::vector<Point> out;
  const std::size_t groups = most - 1;
  const std::size_t count = points.size() - 1;
  for (std::size_t g = 0; g < groups; ++g) {
    const std::size_t begin = g * count / groups;
    const std::size_t end = (g + 1) * count / groups;
    Point mean;
    const double share = 1.0 / static_cast<double>(end - begin);
    for (std::size_t i = begin; i < end; ++i) {
      mean.x += share * points[i].x;
      mean.y += share * points[i].y;
      mean.low += share * points[i].low;
      mean.high += share * points[i].high;
    }
    out.push_back(mean);
  }
  out.push_back(points.back());
  return out;
}

// Describes the run with the most lines.
std::string means_text(const std::vector<const RunRecord*>& runs) {
  const auto longest =
      std::max_element(runs.begin(), runs.end(), [](const RunRecord* a, const RunRecord* b) {
        return a->lines.size() < b->lines.size();
      });
  if (longest == runs.end() || (*longest)->lines.size() <= kMostPoints) {
    return {};
  }
  const std::vector<MetricsLine>& lines = (*longest)->lines;
  const std::size_t groups = kMostPoints - 1;
  const std::size_t most = (lines.size() - 1 + groups - 1) / groups;
  const std::int64_t every = lines[1].step - lines[0].step;
  return fmt::format("Each point but the last is the mean of up to {} evaluations, {} steps.",
                     most,
                     static_cast<std::int64_t>(most) * every);
}

Series curve(const Group& group, const std::string& x, const std::string& y) {
  Series series{.label = group.label, .style = group.style};
  std::map<std::int64_t, Samples> by_step;
  for (const RunRecord* run : group.runs) {
    series.broken = series.broken || run->summary.status == "diverged";
    for (const MetricsLine& line : run->lines) {
      const auto at = value_of(line, x);
      const auto value = value_of(line, y);
      if (at && value && std::isfinite(*value)) {
        by_step[line.step].x.push_back(*at);
        by_step[line.step].y.push_back(*value);
      }
    }
  }
  for (const auto& [step, samples] : by_step) {
    if (samples.y.size() == group.runs.size()) {
      series.points.push_back(point_of(samples));
    }
  }
  series.points = thinned(series.points, kMostPoints);
  return series;
}

Series curve_with_spread(const RunRecord& run,
                         const std::string& x,
                         const std::string& y,
                         const std::string& spread) {
  Series series = curve({.label = words_of(y), .runs = {&run}}, x, y);
  const Series width = curve({.label = {}, .runs = {&run}}, x, spread);
  if (width.points.size() == series.points.size()) {
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      series.points[i].low -= width.points[i].y;
      series.points[i].high += width.points[i].y;
    }
  }
  return series;
}

std::string time_axis(const std::vector<Group>& groups) {
  for (const Group& group : groups) {
    for (const RunRecord* run : group.runs) {
      if (!run->lines.empty() && run->lines.back().epoch >= 1) {
        return "epoch";
      }
    }
  }
  return "step";
}

Axis axis_of(const std::string& metric) {
  return {.label = words_of(metric), .unit = unit_of(metric)};
}

Axis from_zero(const std::string& metric) {
  Axis axis = axis_of(metric);
  axis.low = 0;
  return axis;
}

NumberTable numbers_of(const LineChart& chart) {
  NumberTable table{.header = {chart.x.label}};
  std::map<double, std::vector<std::string>> rows;
  for (const Series& series : chart.series) {
    table.header.push_back(series.label);
  }
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    for (const Point& p : chart.series[s].points) {
      auto& row = rows[p.x];
      row.resize(chart.series.size());
      row[s] = quantity_text(p.y, chart.y.unit);
      if (p.high > p.y) {
        row[s] += " ± " + quantity_text(p.high - p.y, chart.y.unit);
      }
    }
  }
  const std::size_t stride = (rows.size() + kMostRows - 1) / kMostRows;
  std::size_t index = 0;
  for (auto& [x, texts] : rows) {
    if (++index == rows.size() || (index - 1) % std::max<std::size_t>(stride, 1) == 0) {
      texts.insert(texts.begin(), quantity_text(x, chart.x.unit));
      table.rows.push_back(std::move(texts));
    }
  }
  return table;
}

std::optional<double> low_end(const std::vector<Series>& series) {
  double first = std::numeric_limits<double>::infinity();
  double last = -first;
  for (const Series& one : series) {
    for (const Point& point : one.points) {
      first = std::min(first, point.x);
      last = std::max(last, point.x);
    }
  }
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Series& one : series) {
    for (const Point& point : one.points) {
      high = std::max(high, point.y);
      if (point.x >= first + (last - first) / 5) {
        low = std::min(low, one.broken ? high : point.low);
      }
    }
  }
  return low < high ? std::optional<double>(std::max(0.0, low - 0.05 * (high - low)))
                    : std::nullopt;
}

}  // namespace murmur::run
