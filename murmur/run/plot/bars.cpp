// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/plot/bars.h"

#include <algorithm>
#include <iterator>
#include <numeric>

#include <fmt/format.h>

#include "murmur/run/plot/line_chart.h"
#include "murmur/run/text/html.h"

namespace murmur::run {
namespace {

constexpr double kWidth = 420;
constexpr double kRow = 34;
constexpr double kBarHeight = 14;

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::string swatches(const std::vector<std::string>& names) {
  std::string out = R"(<ul class="legend">)";
  for (std::size_t i = 0; i < names.size(); ++i) {
    out += fmt::format(R"(<li><svg class="key square s{}" viewBox="0 0 12 12" aria-hidden="true">)"
                       R"(<rect class="part" width="12" height="12" rx="2"/></svg>{}</li>)",
                       i % kStyles,
                       escape_html(names[i]));
  }
  return out + "</ul>";
}

}  // namespace

std::string draw(const BarChart& chart) {
  double longest = 0;
  for (const Bar& bar : chart.bars) {
    longest = std::max(longest, sum(bar.parts));
  }
  const double scale = longest > 0 ? (kWidth - 84) / longest : 0;
  std::string out = swatches(chart.parts);
  auto end = std::back_inserter(out);
  fmt::format_to(
      end,
      R"(<svg class="chart" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">)",
      kWidth,
      kRow * static_cast<double>(chart.bars.size()) + 4,
      chart.id,
      chart.id);
  fmt::format_to(end,
                 R"(<title id="{}-t">{}</title><desc id="{}-d">{}</desc>)",
                 chart.id,
                 escape_html(chart.title),
                 chart.id,
                 escape_html(chart.description));
  double y = 0;
  for (const Bar& bar : chart.bars) {
    fmt::format_to(end,
                   R"(<text class="series" x="2" y="{:.1f}">{}</text>)",
                   y + 13,
                   escape_html(shortened(bar.label, 60)));
    double x = 2;
    for (std::size_t i = 0; i < bar.parts.size(); ++i) {
      const double width = scale * bar.parts[i];
      fmt::format_to(
          end,
          R"(<g class="s{}"><rect class="part" x="{:.2f}" y="{:.1f}" width="{:.2f}" height="{}">)"
          R"(<title>{}: {}</title></rect></g>)",
          i % kStyles,
          x,
          y + 18,
          width,
          kBarHeight,
          escape_html(chart.parts[i]),
          quantity_text(bar.parts[i], chart.unit));
      x += width;
    }
    fmt::format_to(end,
                   R"(<text class="tick" x="{:.1f}" y="{:.1f}">{}</text>)",
                   x + 6,
                   y + 29.5,
                   quantity_text(sum(bar.parts), chart.unit));
    y += kRow;
  }
  return out + "</svg>";
}

}  // namespace murmur::run
