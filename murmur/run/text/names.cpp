// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/text/names.h"

#include <algorithm>

#include <fmt/format.h>

namespace murmur::run {
namespace {

// Edit distance from `given` to `known`. A prefix of three or more characters has distance 1 at
// most: `exp` means `exponential`, not `star`.
std::size_t distance(std::string_view given, std::string_view known) {
  const std::size_t edits = edit_distance(given, known);
  const bool beginning = given.size() >= 3 && known.substr(0, given.size()) == given;
  return beginning ? std::min<std::size_t>(edits, 1) : edits;
}

bool is_near(std::string_view given, std::string_view known) {
  return distance(given, known) <= std::max<std::size_t>(2, given.size() / 3);
}

// The nearest name and up to two others at the same distance.
std::vector<std::string> equally_near(std::string_view given,
                                      const std::string& nearest,
                                      const std::vector<std::string>& known) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> names{nearest};
  for (const std::string& name : known) {
    const bool is_new = std::find(names.begin(), names.end(), name) == names.end();
    if (is_new && names.size() < kMost && distance(given, name) == distance(given, nearest)) {
      names.push_back(name);
    }
  }
  return names;
}

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::size_t width = b.size() + 1;
  std::vector<std::size_t> cost((a.size() + 1) * width);
  const auto at = [&](std::size_t i, std::size_t j) -> std::size_t& { return cost[i * width + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) {
    at(i, 0) = i;
  }
  for (std::size_t j = 0; j <= b.size(); ++j) {
    at(0, j) = j;
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return at(a.size(), b.size());
}

std::string nearest_name(std::string_view given, const std::vector<std::string>& known) {
  // Limits the cost, which is the product of the lengths.
  const std::string_view start = given.substr(0, 64);
  const auto nearest =
      std::min_element(known.begin(), known.end(), [&](const std::string& a, const std::string& b) {
        return distance(start, a) < distance(start, b);
      });
  return nearest == known.end() ? std::string{} : *nearest;
}

std::string did_you_mean(std::string_view given, const std::vector<std::string>& known) {
  const std::string nearest = nearest_name(given, known);
  if (nearest.empty()) {
    return {};
  }
  const std::string_view start = given.substr(0, 64);
  if (!is_near(start, nearest)) {
    return fmt::format(" (the nearest is '{}')", nearest);
  }
  return fmt::format(" (did you mean '{}'?)",
                     fmt::join(equally_near(start, nearest, known), "' or '"));
}

std::string join_names(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace murmur::run
