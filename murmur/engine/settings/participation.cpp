// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/settings/participation.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "murmur/core/check.h"
#include "murmur/core/random.h"

namespace murmur::engine {

bool Participants::contains(int worker) const {
  return std::binary_search(drawn.begin(), drawn.end(), worker);
}

Participation::Participation(ParticipationSettings settings) : settings_(std::move(settings)) {
  MURMUR_CHECK(settings_.share > 0 && settings_.share <= 1, "share = {}", settings_.share);
  MURMUR_CHECK(settings_.period >= 1, "period = {}", settings_.period);
  MURMUR_CHECK(
      settings_.weights.empty() || settings_.weights.size() == static_cast<std::size_t>(workers()),
      "{} weights of {} workers",
      settings_.weights.size(),
      workers());
}

int Participation::count() const {
  return std::max(1, static_cast<int>(std::floor(settings_.share * workers() + 0.5)));
}

Participants Participation::at(std::int64_t step) const {
  Participants all;
  all.drawn.resize(static_cast<std::size_t>(workers()));
  std::iota(all.drawn.begin(), all.drawn.end(), 0);
  all.weights = settings_.weights;
  if (!is_partial_at(step)) {
    return all;
  }
  const std::int64_t round = (step - settings_.start) / settings_.period;
  const Random draw(settings_.seed, Stream::kParticipation, 0, round);
  const std::vector<std::int64_t> order = permutation(workers(), draw);
  Participants some;
  some.drawn.assign(order.begin(), order.begin() + count());
  std::sort(some.drawn.begin(), some.drawn.end());
  some.weights.assign(static_cast<std::size_t>(workers()), 0);
  for (const int worker : some.drawn) {
    const auto w = static_cast<std::size_t>(worker);
    some.weights[w] = all.weights.empty() ? 1 : all.weights[w];
  }
  return some;
}

}  // namespace murmur::engine
