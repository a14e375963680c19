// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/norm.h"

#include <algorithm>

#include <fmt/format.h>

#include "murmur/core/check.h"
#include "murmur/models/network.h"

namespace murmur::models {

std::vector<OptionInfo> norm_options(const std::string& norm, std::int64_t groups) {
  return {{.name = "norm",
           .help = "normalization; `evonorm` and `evonorm-s0` include the activation",
           .fallback = norm,
           .choices = {"batch", "group", "evonorm", "evonorm-s0", "none"}},
          {.name = "groups",
           .help = "norm `group`: how many groups of channels; divides every number of channels",
           .fallback = groups,
           .bounds = kCount},
          {.name = "statistics",
           .help = "norm `batch`: running statistics stay with the worker or are averaged",
           .fallback = std::string("local"),
           .choices = {"local", "average"}}};
}

Norm read_norm(const OptionValues& options) {
  const std::string& name = options.text("norm");
  if (name == "none") {
    return {NormKind::kNone};
  }
  if (name == "batch") {
    return {NormKind::kBatch};
  }
  if (name == "group") {
    return {NormKind::kGroup, options.integer("groups")};
  }
  if (name == "evonorm") {
    return {NormKind::kEvonorm};
  }
  MURMUR_CHECK(name == "evonorm-s0", "norm '{}'", name);
  return {NormKind::kEvonormS0};
}

void add_norm(Network& network,
              const std::string& name,
              const Norm& norm,
              std::int64_t channels,
              NormPlace place) {
  network.has_body = true;
  if (!norm.has_tensors()) {
    return;
  }
  const bool is_s0 = norm.kind == NormKind::kEvonormS0;
  network.evaluates_by_batch |= norm.kind == NormKind::kEvonorm && place != NormPlace::kActivated;
  const bool starts_closed = is_s0 && place == NormPlace::kLastOfBlock;
  network.parameters.push_back({name + ".weight", {channels}, constant(starts_closed ? 0 : 1)});
  network.parameters.push_back({name + ".bias", {channels}, constant(0)});
  if (is_s0 && place == NormPlace::kActivated) {
    network.parameters.push_back({name + ".v", {channels}, constant(1)});
  }
  if (norm.kind == NormKind::kBatch) {
    network.buffers.push_back({name + ".running_mean", {channels}, constant(0)});
    network.buffers.push_back({name + ".running_var", {channels}, constant(1)});
  }
}

Status check_groups(const Norm& norm, const std::vector<std::int64_t>& channels) {
  for (const std::int64_t count : channels) {
    if (norm.kind == NormKind::kGroup && count % norm.groups != 0) {
      return Failure{FailureKind::kInvalid,
                     fmt::format("model.groups = {} does not divide {} channels of this model; "
                                 "give a divisor of every number of its channels",
                                 norm.groups,
                                 count)};
    }
    if (norm.kind == NormKind::kEvonorm && count % groups_of(norm, count) != 0) {
      return Failure{FailureKind::kInvalid,
                     fmt::format("model.norm = \"evonorm\" has 32 groups, which do not divide {} "
                                 "channels of this model; give another width, or \"evonorm-s0\"",
                                 count)};
    }
  }
  return Ok{};
}

std::int64_t groups_of(const Norm& norm, std::int64_t channels) {
  constexpr std::int64_t kMostOfEvonorm = 32;
  if (norm.kind == NormKind::kGroup) {
    return norm.groups;
  }
  std::int64_t groups = std::min(channels, kMostOfEvonorm);
  while (norm.kind == NormKind::kEvonormS0 && channels % groups != 0) {
    --groups;
  }
  return groups;
}

}  // namespace murmur::models
