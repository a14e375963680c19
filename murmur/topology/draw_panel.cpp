// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/draw_panel.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace murmur::topology {
namespace {

// Whether every edge has an edge in the opposite direction.
bool goes_both_ways(const MixingMatrix& matrix) {
  for (int i = 0; i < matrix.workers(); ++i) {
    for (const Neighbor& neighbor : matrix.in(i)) {
      if (matrix.weight(neighbor.worker, i) == 0) {
        return false;
      }
    }
  }
  return true;
}

class Panel {
 public:
  Panel(const MixingMatrix& matrix, const Arrangement& arrangement, const PanelFrame& frame)
      : matrix_(matrix),
        arrangement_(arrangement),
        frame_(frame),
        both_ways_(goes_both_ways(matrix)) {
    // The more lines, the more transparent each is, so that the workers remain visible.
    constexpr double kFew = 60;
    const auto lines = static_cast<double>(matrix.edges()) /
                       static_cast<double>(frame.stride * (both_ways_ ? 2 : 1));
    faintness_ = std::min(1.0, std::sqrt(kFew / std::max(lines, 1.0)));
  }

  std::string draw() const {
    std::string svg = "<g class=\"mt-edges\">\n";
    std::int64_t seen = 0;
    for (int to = 0; to < matrix_.workers(); ++to) {
      for (const Neighbor& neighbor : matrix_.in(to)) {
        if ((!both_ways_ || neighbor.worker < to) && seen++ % frame_.stride == 0) {
          svg += edge(neighbor.worker, to, neighbor.weight);
        }
      }
    }
    svg += "</g>\n<g class=\"mt-workers\">\n";
    for (int i = 0; i < matrix_.workers(); ++i) {
      svg += worker(i);
    }
    return svg + "</g>\n";
  }

 private:
  Place place(int worker) const {
    return frame_.at(arrangement_.places[static_cast<std::size_t>(worker)]);
  }

  std::string edge(int from, int to, double weight) const {
    // Square root, because weights vary over a wider range than line widths can.
    const double share = std::sqrt(std::min(1.0, std::abs(weight) / frame_.heaviest));
    const double width = (0.6 + 2.6 * share) * std::min(1.0, frame_.radius / 9);
    const double opacity = (0.25 + 0.65 * share) * faintness_;
    return fmt::format(
        "<path d=\"{}\"{}{} stroke-width=\"{:.2f}\" opacity=\"{:.2f}\"><title>{}</title></path>\n",
        path(from, to),
        weight < 0 ? " class=\"mt-negative\"" : "",
        both_ways_ ? "" : fmt::format(" marker-end=\"url(#{})\"", frame_.arrow),
        width,
        opacity,
        words(from, to, weight));
  }

  std::string words(int from, int to, double weight) const {
    const double back = matrix_.weight(from, to);
    if (back == weight) {
      return fmt::format("{} and {}: {:.4g}", from, to, weight);
    }
    return fmt::format("{} to {}: {:.4g}", from, to, weight) +
           (back != 0 ? fmt::format("; {} to {}: {:.4g}", to, from, back) : "");
  }

  // Signed distance of the control point from the straight line, positive to the left of the
  // direction of the edge. Negative values bend edges of a clockwise circle inwards.
  double bend(int from, int to, double length) const {
    if (!both_ways_) {
      return -0.13 * length;
    }
    return goes_around(from, to) ? -0.16 * length : 0;
  }

  // Whether the edge wraps around a row or column of a grid.
  bool goes_around(int from, int to) const {
    const int columns = arrangement_.columns;
    if (columns == 0) {
      return false;
    }
    const int across = std::abs(from % columns - to % columns);
    const int down = std::abs(from / columns - to / columns);
    return across > 1 || down > 1;
  }

  std::string path(int from, int to) const {
    const Place a = place(from);
    const Place b = place(to);
    const double length = std::max(std::hypot(b.x - a.x, b.y - a.y), 1e-9);
    const double bent = bend(from, to, length);
    if (bent == 0) {
      return fmt::format("M{:.1f} {:.1f}L{:.1f} {:.1f}", a.x, a.y, b.x, b.y);
    }
    const Place middle{(a.x + b.x) / 2 + bent * (b.y - a.y) / length,
                       (a.y + b.y) / 2 - bent * (b.x - a.x) / length};
    const Place end = both_ways_ ? b : before(middle, b);
    return fmt::format(
        "M{:.1f} {:.1f}Q{:.1f} {:.1f} {:.1f} {:.1f}", a.x, a.y, middle.x, middle.y, end.x, end.y);
  }

  // The point just outside of worker b's circle on the line from a.
  Place before(const Place& a, const Place& b) const {
    constexpr double kGap = 1.5;
    const double length = std::max(std::hypot(b.x - a.x, b.y - a.y), 1e-9);
    const double part = (frame_.radius + kGap) / length;
    return {b.x - part * (b.x - a.x), b.y - part * (b.y - a.y)};
  }

  std::string worker(int i) const {
    constexpr double kSmallestLabelled = 6.5;
    const Place at = place(i);
    std::string svg = fmt::format(
        "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"><title>worker {}: hears {}, own share "
        "{:.4g}</title></circle>\n",
        at.x,
        at.y,
        frame_.radius,
        i,
        matrix_.in(i).size(),
        matrix_.self(i));
    if (frame_.radius >= kSmallestLabelled) {
      const double digits = i > 99 ? 1.5 : 1.05;
      svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:.1f}\">{}</text>\n",
                         at.x,
                         at.y + 0.36 * frame_.radius * (i > 99 ? 0.7 : 1),
                         std::min(15.0, frame_.radius * 1.05 / (digits / 1.05)),
                         i);
    }
    return svg;
  }

  const MixingMatrix& matrix_;
  const Arrangement& arrangement_;
  const PanelFrame& frame_;
  bool both_ways_;
  double faintness_ = 1;
};

}  // namespace

double fitting_radius(const Arrangement& arrangement, double scale) {
  constexpr double kLargest = 17;
  constexpr double kSmallest = 1.5;
  constexpr double kShare = 0.29;    // of the distance between two workers
  constexpr std::size_t kClose = 8;  // one worker in kClose may be closer than fits
  std::vector<double> nearest(arrangement.places.size(), 1.0);
  for (std::size_t i = 0; i < nearest.size(); ++i) {
    for (std::size_t j = 0; j < nearest.size(); ++j) {
      const double apart = std::hypot(arrangement.places[i].x - arrangement.places[j].x,
                                      arrangement.places[i].y - arrangement.places[j].y);
      nearest[i] = i == j ? nearest[i] : std::min(nearest[i], apart);
    }
  }
  std::sort(nearest.begin(), nearest.end());
  return std::clamp(kShare * nearest[nearest.size() / kClose] * scale, kSmallest, kLargest);
}

std::string draw_panel(const MixingMatrix& matrix,
                       const Arrangement& arrangement,
                       const PanelFrame& frame) {
  return Panel(matrix, arrangement, frame).draw();
}

}  // namespace murmur::topology
