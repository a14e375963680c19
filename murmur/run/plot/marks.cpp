// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/plot/marks.h"

#include <algorithm>
#include <cctype>
#include <numeric>

#include <fmt/format.h>

#include "murmur/run/plot/line_chart.h"

namespace murmur::run {

std::string mark(int style, Place at, double radius) {
  const double x = at.x;
  const double y = at.y;
  const double r = radius;
  std::string path;
  switch (style % kStyles) {
    case 0:
      return fmt::format(R"(<circle class="m" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>)", x, y, r);
    case 1:
      path = fmt::format("M{:.1f} {:.1f}h{:.1f}v{:.1f}h{:.1f}z",
                         x - 0.88 * r,
                         y - 0.88 * r,
                         1.76 * r,
                         1.76 * r,
                         -1.76 * r);
      break;
    case 2:
      path = fmt::format(
          "M{:.1f} {:.1f}l{:.1f} {:.1f}h{:.1f}z", x, y - 1.2 * r, 1.15 * r, 2 * r, -2.3 * r);
      break;
    case 3:
      path = fmt::format("M{:.1f} {:.1f}l{:.1f} {:.1f}l{:.1f} {:.1f}l{:.1f} {:.1f}z",
                         x,
                         y - 1.3 * r,
                         1.3 * r,
                         1.3 * r,
                         -1.3 * r,
                         1.3 * r,
                         -1.3 * r,
                         -1.3 * r);
      break;
    case 4:
      path = fmt::format(
          "M{:.1f} {:.1f}l{:.1f} {:.1f}h{:.1f}z", x, y + 1.2 * r, 1.15 * r, -2 * r, -2.3 * r);
      break;
    case 5:
      return fmt::format(
          R"(<circle class="m o" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>)", x, y, 0.95 * r);
    case 6:
      path = fmt::format("M{:.1f} {:.1f}h{:.1f}v{:.1f}h{:.1f}z",
                         x - 0.8 * r,
                         y - 0.8 * r,
                         1.6 * r,
                         1.6 * r,
                         -1.6 * r);
      return fmt::format(R"(<path class="m o" d="{}"/>)", path);
    default:
      path = fmt::format("M{:.1f} {:.1f}l{:.1f} {:.1f}l{:.1f} {:.1f}l{:.1f} {:.1f}z",
                         x,
                         y - 1.2 * r,
                         1.2 * r,
                         1.2 * r,
                         -1.2 * r,
                         1.2 * r,
                         -1.2 * r,
                         -1.2 * r);
      return fmt::format(R"(<path class="m o" d="{}"/>)", path);
  }
  return fmt::format(R"(<path class="m" d="{}"/>)", path);
}

double text_width(std::string_view text) {
  double width = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) == 0x80U) {
      continue;  // continuation byte of a counted character
    }
    if (std::string_view(" .,:;'|!()[]ijlftrI-").find(c) != std::string_view::npos) {
      width += 5;
    } else if (std::isupper(byte) != 0 || c == 'm' || c == 'w' || c == '+' || c == '=') {
      width += 10;
    } else {
      width += 8;
    }
  }
  return width;
}

std::vector<double> spread(const std::vector<double>& wanted,
                           double gap,
                           double top,
                           double bottom) {
  std::vector<std::size_t> order(wanted.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return wanted[a] < wanted[b];
  });
  // Labels that touch form a group, placed at the least mean squared distance from the wanted
  // heights of its members; groups that then touch are merged (pool adjacent violators algorithm).
  struct Group {
    double sum = 0;  // of (wanted height - offset within the group)
    int count = 0;
    double start() const { return sum / count; }
  };
  const double room = bottom - top;
  const double step =
      wanted.size() > 1 ? std::min(gap, room / static_cast<double>(wanted.size() - 1)) : gap;
  std::vector<Group> groups;
  for (const std::size_t i : order) {
    groups.push_back({.sum = wanted[i], .count = 1});
    while (groups.size() > 1) {
      Group& last = groups.back();
      Group& before = groups[groups.size() - 2];
      if (before.start() + step * before.count <= last.start()) {
        break;
      }
      before.sum += last.sum - step * before.count * last.count;
      before.count += last.count;
      groups.pop_back();
    }
  }
  std::vector<double> placed(wanted.size());
  std::size_t next = 0;
  double free_from = top;
  auto left = static_cast<double>(wanted.size());
  for (const Group& group : groups) {
    const double latest = bottom - step * (left - 1);
    double y = std::max(free_from, std::min(group.start(), latest));
    for (int k = 0; k < group.count; ++k, y += step) {
      placed[order[next++]] = y;
    }
    free_from = y;
    left -= group.count;
  }
  return placed;
}

}  // namespace murmur::run
