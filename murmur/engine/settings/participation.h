// SPDX-License-Identifier: Apache-2.0
// Who takes part in a round of an outer step, and with which weight in its mean: a pure function of
// (seed, round). McMahan et al.: Communication-efficient learning of deep networks from
// decentralized data (FedAvg), AISTATS 2017.
#pragma once

#include <cstdint>
#include <vector>

namespace murmur::engine {

struct ParticipationSettings {
  int workers = 1;
  double share = 1;             // in (0, 1]: max(1, floor(share workers + 1/2)) are drawn
  std::vector<double> weights;  // in the mean, one per worker, positive; empty: equal
  std::int64_t period = 1;      // steps of a round
  std::int64_t start = 0;       // step of the first round; before it all take part
  std::uint64_t seed = 1;
};

// Those of one step.
struct Participants {
  std::vector<int> drawn;  // ascending
  std::vector<double>
      weights;  // in the mean, of all workers: 0 if not drawn. Empty: the plain mean

  bool contains(int worker) const;
};

class Participation {
 public:
  explicit Participation(ParticipationSettings settings);

  const ParticipationSettings& settings() const { return settings_; }
  int workers() const { return settings_.workers; }
  // How many are drawn for a round.
  int count() const;
  // Some workers sit out.
  bool is_partial() const { return count() < workers(); }
  bool is_partial_at(std::int64_t step) const { return is_partial() && step >= settings_.start; }

  Participants at(std::int64_t step) const;

 private:
  ParticipationSettings settings_;
};

}  // namespace murmur::engine
