// SPDX-License-Identifier: Apache-2.0
// The tables that say how a model is trained, those of both commands, as keys and values.
#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "murmur/run/config/writer.h"

namespace murmur::run {
namespace {

std::string levels_toml(const std::vector<LevelConfig>& levels) {
  std::vector<std::string> texts;
  for (const LevelConfig& level : levels) {
    texts.push_back(fmt::format("{{ period = {}, group = {} }}", level.period, level.group));
  }
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

void write_outer(const OuterConfig& outer, Writer& out) {
  out.table("outer");
  out.put("name", outer.choice.name);
  for (const auto& [key, value] : outer.choice.options.all()) {
    if (!outer.levels.empty() && key == "period") {
      out.text(key, levels_toml(outer.levels));
    } else if (!(outer.start_epoch && key == "start_step")) {
      out.put(key, value);
    }
  }
  out.maybe("start_epoch", outer.start_epoch);
}

std::string groups_toml(const std::vector<GroupConfig>& groups) {
  std::vector<std::string> texts;
  for (const GroupConfig& group : groups) {
    texts.push_back(fmt::format("{{ match = {}, rate = {}, decay = {} }}",
                                value_toml(group.match),
                                value_toml(group.rate),
                                value_toml(group.decay)));
  }
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

void write_factors(const AlgorithmConfig& algorithm, Writer& out) {
  out.put("decay", algorithm.decay);
  if (!algorithm.groups.empty()) {
    out.text("group", groups_toml(algorithm.groups));
  }
}

void write_gradient(const GradientConfig& gradient, Writer& out) {
  out.table("gradient");
  out.put("accumulate", gradient.accumulate);
  out.put("sharpness", gradient.sharpness);
  out.put("clip_norm", gradient.clip_norm);
}

void write_participation(const ParticipationConfig& participation, Writer& out) {
  out.table("participation");
  out.put("share", participation.share);
  if (participation.numbers.empty()) {
    out.put("weights", participation.weights);
  } else {
    out.put("weights", participation.numbers);
  }
}

}  // namespace

void write_method(const Config& config, Writer& out) {
  out.table("topology");
  out.choice(config.topology.choice);
  out.seed(config.topology.seed, config.seed);
  out.table("algorithm");
  out.choice(config.algorithm.choice);
  const bool constant =
      config.algorithm.learning_rate.size() == 1 && config.algorithm.learning_rate.front() > 0;
  if (constant) {
    out.put("learning_rate", config.algorithm.learning_rate.front());
  } else if (!config.algorithm.learning_rate.empty()) {
    out.put("learning_rate", config.algorithm.learning_rate);
  }
  out.put("weight_decay", config.algorithm.weight_decay);
  write_factors(config.algorithm, out);
  write_gradient(config.gradient, out);
  if (config.compression) {
    out.table("compression");
    out.choice(config.compression->choice);
    out.put("min_size", config.compression->min_size);
    out.put("start_step", config.compression->start_step);
  }
  if (config.outer) {
    write_outer(*config.outer, out);
  }
  if (!config.participation.is_plain()) {
    write_participation(config.participation, out);
  }
}

bool is_new_and_default(const Resolved& key) {
  static const std::vector<Resolved> kDefaults = [] {
    std::vector<Resolved> keys;
    Writer out(keys);
    out.table("algorithm");
    write_factors({}, out);
    write_gradient({}, out);
    out.table("data");
    out.put("pieces", std::string("unigram"));
    out.table("topology");
    out.put("period", std::int64_t{1});
    out.table("evaluation");
    out.put("test", std::string("every"));
    return keys;
  }();
  return std::find(kDefaults.begin(), kDefaults.end(), key) != kDefaults.end();
}

}  // namespace murmur::run
