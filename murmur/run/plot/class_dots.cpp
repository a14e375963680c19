// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/plot/class_dots.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "murmur/run/plot/marks.h"
#include "murmur/run/text/html.h"

namespace murmur::run {
namespace {

constexpr double kWidth = 420;
constexpr std::size_t kLongestName = 14;

struct Dots {
  const std::vector<std::string>& classes;
  const std::vector<std::vector<std::int64_t>>& counts;  // [worker][class]
};

struct Grid {
  std::size_t workers = 0;
  std::size_t classes = 0;
  double left = 0;
  double column = 0;
  double row = 0;
  std::int64_t largest = 1;

  double x(std::size_t worker) const { return left + column * (static_cast<double>(worker) + 0.5); }
  double y(std::size_t label) const { return 6 + row * (static_cast<double>(label) + 0.5); }
  double bottom() const { return 6 + row * static_cast<double>(classes); }
};

Grid grid_of(const Dots& data) {
  Grid grid;
  grid.workers = std::min(data.counts.size(), kMostDots);
  grid.classes = std::min(data.classes.size(), kMostDots);
  double longest = 0;
  for (std::size_t c = 0; c < grid.classes; ++c) {
    longest = std::max(longest, text_width(shortened(data.classes[c], kLongestName)));
  }
  grid.left = 12 + longest;
  const auto columns = static_cast<double>(std::max<std::size_t>(grid.workers, 1));
  grid.column = std::min(44.0, (kWidth - grid.left - 6) / columns);
  grid.row = std::clamp(grid.column, 13.0, 23.0);
  for (std::size_t w = 0; w < grid.workers; ++w) {
    for (std::size_t c = 0; c < grid.classes; ++c) {
      grid.largest = std::max(grid.largest, data.counts[w][c]);
    }
  }
  return grid;
}

void draw_lines(std::string& out, const Dots& data, const Grid& grid) {
  auto end = std::back_inserter(out);
  for (std::size_t c = 0; c < grid.classes; ++c) {
    fmt::format_to(end,
                   R"(<path class="grid" d="M{:.1f} {:.1f}H{:.1f}"/>)",
                   grid.left,
                   grid.y(c),
                   grid.left + grid.column * static_cast<double>(grid.workers));
    fmt::format_to(end,
                   R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="end">{}</text>)",
                   grid.left - 6,
                   grid.y(c) + 4,
                   escape_html(shortened(data.classes[c], kLongestName)));
  }
  const auto every = static_cast<std::size_t>(std::ceil(22 / grid.column));
  for (std::size_t w = 0; w < grid.workers; w += every) {
    fmt::format_to(end,
                   R"(<text class="tick" x="{:.1f}" y="{:.1f}" text-anchor="middle">{}</text>)",
                   grid.x(w),
                   grid.bottom() + 15,
                   w);
  }
  fmt::format_to(end,
                 R"(<text class="name" x="{:.1f}" y="{:.1f}" text-anchor="end">worker</text>)",
                 grid.left + grid.column * static_cast<double>(grid.workers),
                 grid.bottom() + 31);
}

void draw_dots(std::string& out, const Dots& data, const Grid& grid) {
  const double largest_radius = 0.48 * std::min(grid.column, grid.row);
  out += R"(<g class="s0">)";
  for (std::size_t w = 0; w < grid.workers; ++w) {
    for (std::size_t c = 0; c < grid.classes; ++c) {
      const std::int64_t count = data.counts[w][c];
      if (count == 0) {
        continue;
      }
      const double share = static_cast<double>(count) / static_cast<double>(grid.largest);
      fmt::format_to(std::back_inserter(out),
                     R"(<circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.2f}">)"
                     R"(<title>worker {}, {}: {}</title></circle>)",
                     grid.x(w),
                     grid.y(c),
                     std::max(0.5, largest_radius * std::sqrt(share)),
                     w,
                     escape_html(data.classes[c]),
                     count);
    }
  }
  out += "</g>";
}

}  // namespace

std::string draw_classes(const std::string& id,
                         const std::string& title,
                         const std::vector<std::string>& classes,
                         const std::vector<std::vector<std::int64_t>>& counts) {
  const Dots data{classes, counts};
  const Grid grid = grid_of(data);
  std::string out = fmt::format(
      R"(<svg class="chart" viewBox="0 0 {} {:.0f}" role="img" aria-labelledby="{}-t {}-d">)",
      kWidth,
      grid.bottom() + 36,
      id,
      id);
  fmt::format_to(std::back_inserter(out),
                 R"(<title id="{}-t">{}</title><desc id="{}-d">A dot for every worker and class; )"
                 R"(its area is the number of examples. The largest is {}.</desc>)",
                 id,
                 escape_html(title),
                 id,
                 grid.largest);
  draw_lines(out, data, grid);
  draw_dots(out, data, grid);
  return out + "</svg>";
}

}  // namespace murmur::run
