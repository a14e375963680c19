// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/draw.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "murmur/topology/draw_panel.h"

namespace murmur::topology {
namespace {

// Embedded in an HTML page, the drawing takes its colors from the CSS variables of our reports, if
// the page defines them.
constexpr std::string_view kStyle = R"css(<style>
.mt{--mt-page:var(--card,#fff);--mt-ink:var(--ink,#1a1f26);--mt-soft:var(--soft,#59636e);
--mt-edge:var(--c0,#0072b2);--mt-node:var(--c0,#0b5f94);--mt-label:#fff;--mt-warm:var(--c1,#d55e00);
font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
@media screen and (prefers-color-scheme:dark){.mt{--mt-page:var(--card,#14171b);
--mt-ink:var(--ink,#e7eaee);--mt-soft:var(--soft,#a0aab5);--mt-edge:var(--c0,#4fa8e8);
--mt-node:var(--c0,#7cc0f5);--mt-label:#10151a;--mt-warm:var(--c1,#ff8a45)}}
.mt-page{fill:var(--mt-page)}
.mt .mt-title{fill:var(--mt-ink);font-size:17px;font-weight:600}
.mt .mt-note{fill:var(--mt-soft);font-size:13px;font-variant-numeric:tabular-nums}
.mt .mt-edges path{stroke:var(--mt-edge);fill:none;stroke-linecap:round}
.mt .mt-edges .mt-negative{stroke:var(--mt-warm);stroke-dasharray:5 4}
.mt .mt-head{fill:var(--mt-edge)}
.mt .mt-workers circle{fill:var(--mt-node);stroke:var(--mt-page);stroke-width:1.5}
.mt .mt-workers text{fill:var(--mt-label);text-anchor:middle;font-weight:600}
</style>
)css";

constexpr double kMargin = 22;
constexpr double kHeading = 40;
constexpr double kPanelHeading = 24;
constexpr double kFoot = 34;

// Smallest and largest of a set of numbers.
struct Extent {
  double low = 1e300;
  double high = -1e300;

  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  std::string words() const {
    return high - low < 1e-12 ? fmt::format("{:.4g}", low)
                              : fmt::format("{:.4g} to {:.4g}", low, high);
  }
};

struct Weights {
  Extent edges;
  Extent own;
  double heaviest = 0;
  std::int64_t most_edges = 0;  // largest number of edges of any panel

  explicit Weights(const std::vector<MixingMatrix>& matrices) {
    for (const MixingMatrix& matrix : matrices) {
      most_edges = std::max(most_edges, matrix.edges());
      for (int i = 0; i < matrix.workers(); ++i) {
        own.take(matrix.self(i));
        for (const Neighbor& neighbor : matrix.in(i)) {
          edges.take(neighbor.weight);
          heaviest = std::max(heaviest, std::abs(neighbor.weight));
        }
      }
    }
  }

  // Limits the file size: only one edge in `stride` is drawn.
  std::int64_t stride() const {
    constexpr std::int64_t kMostEdges = 40000;
    return 1 + most_edges / kMostEdges;
  }

  std::string words() const {
    const std::string own_share = fmt::format("own share {}", own.words());
    return heaviest == 0
               ? "no edges, " + own_share
               : fmt::format(
                     "weight {}, {}{}",
                     edges.words(),
                     own_share,
                     stride() == 1 ? "" : fmt::format("; one edge in {} is drawn", stride()));
  }
};

int columns_for(int panels) {
  constexpr int kMostInARow = 3;
  if (panels <= kMostInARow) {
    return panels;
  }
  return panels == 4 ? 2 : panels <= 6 ? 3 : 4;
}

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    result += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  }
  return result;
}

// Dimensions of the drawing, from the number of panels and the shape of one.
struct Page {
  int columns = 1;
  double panel = 0;  // longer side of a panel
  Place cell;        // a panel with its margins and heading
  Place size;
  double top = kHeading;

  Page(int panels, const Arrangement& arrangement) : columns(columns_for(panels)) {
    constexpr double kAlone = 560;
    constexpr double kOfSeveral = 270;
    panel = panels == 1 ? kAlone : kOfSeveral;
    const int rows = (panels + columns - 1) / columns;
    const double heading = panels == 1 ? 0 : kPanelHeading;
    cell = {panel * arrangement.width + 2 * kMargin,
            panel * arrangement.height + 2 * kMargin + heading};
    constexpr double kNarrowest = 420;  // width of the text
    size = {std::max(columns * cell.x, kNarrowest), top + rows * cell.y + kFoot};
  }

  Place corner(int place, bool headed) const {
    const double slack = (size.x - columns * cell.x) / 2;
    const int row = place / columns;
    const int column = place % columns;
    return {slack + column * cell.x + kMargin,
            top + row * cell.y + kMargin + (headed ? kPanelHeading : 0)};
  }
};

std::vector<MixingMatrix> steps_to_draw(const Topology& topology, const Drawing& drawing) {
  const std::int64_t period = topology.period();
  const std::int64_t asked = std::max(drawing.steps, 1);
  const std::int64_t count = period > 0 ? std::min(asked, period) : asked;
  std::vector<MixingMatrix> matrices;
  for (std::int64_t k = 0; k < count; ++k) {
    matrices.push_back(topology.at(drawing.first_step + k));
  }
  return matrices;
}

std::string opening(const std::string& title, const std::string& arrow, const Page& page) {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"mt\" role=\"img\" viewBox=\"0 0 {0:.0f} "
      "{1:.0f}\" width=\"{0:.0f}\" height=\"{1:.0f}\">\n<title>{2}</title>\n{3}"
      "<defs><marker id=\"{4}\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" "
      "markerHeight=\"9\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"mt-head\" "
      "d=\"M0 1L10 5L0 9z\"/></marker></defs>\n"
      "<rect class=\"mt-page\" width=\"100%\" height=\"100%\" rx=\"8\"/>\n"
      "<text class=\"mt-title\" x=\"{5:.0f}\" y=\"30\">{2}</text>\n",
      page.size.x,
      page.size.y,
      escaped(title),
      kStyle,
      arrow,
      kMargin);
}

}  // namespace

std::string draw_svg(const std::string& name,
                     const OptionValues& options,
                     const Topology& topology,
                     const Drawing& drawing) {
  const std::vector<MixingMatrix> matrices = steps_to_draw(topology, drawing);
  const auto panels = static_cast<int>(matrices.size());
  const Arrangement arrangement = arrange(name, options, topology);
  const Page page(panels, arrangement);
  const Weights weights(matrices);
  const int n = topology.workers();
  const std::string title = drawing.title.empty()
                                ? fmt::format("{}, {} worker{}", name, n, n == 1 ? "" : "s")
                                : drawing.title;
  PanelFrame frame{.scale = page.panel,
                   .radius = fitting_radius(arrangement, page.panel),
                   .heaviest = weights.heaviest > 0 ? weights.heaviest : 1,
                   .arrow = fmt::format("mt-arrow-{}-{}", name, n),
                   .stride = weights.stride()};
  std::string svg = opening(title, frame.arrow, page);
  for (int k = 0; k < panels; ++k) {
    const Place corner = page.corner(k, panels > 1);
    frame.left = corner.x;
    frame.top = corner.y;
    if (panels > 1) {
      svg += fmt::format("<text class=\"mt-note\" x=\"{:.1f}\" y=\"{:.1f}\">step {}</text>\n",
                         corner.x - kMargin / 2,
                         corner.y - kMargin,
                         drawing.first_step + k);
    }
    svg += draw_panel(matrices[static_cast<std::size_t>(k)], arrangement, frame);
  }
  return svg + fmt::format("<text class=\"mt-note\" x=\"{:.0f}\" y=\"{:.0f}\">{}</text>\n</svg>\n",
                           kMargin,
                           page.size.y - 14,
                           weights.words());
}

}  // namespace murmur::topology
