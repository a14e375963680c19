// SPDX-License-Identifier: Apache-2.0
// How a model is trained, as typed values: the tables that `train` and `solve` share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "murmur/run/config/choice.h"

namespace murmur::run {

// [[algorithm.group]]: factors for the tensors whose names match.
struct GroupConfig {
  std::string match;  // a glob, as of fnmatch(3)
  double rate = 1;    // times the learning rate
  double decay = 1;   // times the weight decay
  std::string place;  // "file:line:column" of its table, for messages
};

struct AlgorithmConfig {
  Choice choice;
  std::vector<double> learning_rate;  // train: one number; solve: one per step, the last repeated
  double weight_decay = 0;
  std::string decay = "all";  // or "matrices": none for tensors of one axis
  std::vector<GroupConfig> groups;
};

// [gradient]: what is done to a data gradient before the algorithm uses it.
struct GradientConfig {
  std::int64_t accumulate = 1;  // batches of a step
  double sharpness = 0;         // rho of sharpness-aware minimisation; 0: none
  double clip_norm = 0;         // 0: none
};

// Hierarchical averaging: every `period` steps over contiguous groups of `group` workers.
struct LevelConfig {
  std::int64_t period = 1;
  std::int64_t group = 1;
};

// A periodic outer step on top of the algorithm.
struct OuterConfig {
  Choice choice;
  std::vector<LevelConfig> levels;    // ascending in period; empty: the option `period`
  std::optional<double> start_epoch;  // train: instead of the option start_step
};

// [participation]: which workers take part in a round, and their weights in its mean.
struct ParticipationConfig {
  double share = 1;
  std::string weights = "equal";  // or "examples"; not used if there are numbers
  std::vector<double> numbers;    // one per worker; empty: as `weights` says

  bool is_plain() const { return share == 1 && weights == "equal" && numbers.empty(); }
};

struct TopologyConfig {
  Choice choice;
  std::uint64_t seed = 1;
};

}  // namespace murmur::run
