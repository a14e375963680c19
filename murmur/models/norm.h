// SPDX-License-Identifier: Apache-2.0
// Normalization layers of convolutional networks. A layer stands where an activation follows, which
// then belongs to it, or where none does (the last one of a residual block, a shortcut):
//
//   norm         with activation                                    without
//   none         relu                                               nothing
//   batch        BatchNorm2d, relu                                  BatchNorm2d
//   group        GroupNorm, relu                                    GroupNorm
//   evonorm      x sigmoid(x) / sqrt(V + 1e-5) weight + bias        BatchNorm2d without statistics
//   evonorm-s0   x sigmoid(v x) / sqrt(V + 1e-5) weight + bias      x weight + bias
//
// V: the variance over (C / G channels, H, W) of one example; weight, bias and v: [C]. evonorm-s0
// is that of Liu et al., Evolving normalization-activation layers, NeurIPS 2020: V is biased, G the
// largest number up to 32 that divides C, and the weight of the last one of a block starts with 0.
// evonorm is that of the code of Lin et al., ICML 2021: V is unbiased, G = min(32, C) divides C,
// and BatchNorm2d takes the statistics of the batch in evaluation, too.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"

namespace murmur::models {

struct Network;

enum class NormKind { kNone, kBatch, kGroup, kEvonorm, kEvonormS0 };

struct Norm {
  NormKind kind = NormKind::kNone;
  std::int64_t groups = 1;  // of kGroup

  bool has_tensors() const { return kind != NormKind::kNone; }
};

// Of the layers where one follows.
constexpr bool includes_activation(const Norm& norm) {
  return norm.kind == NormKind::kEvonorm || norm.kind == NormKind::kEvonormS0;
}

enum class NormPlace {
  kActivated,    // an activation follows
  kLastOfBlock,  // the sum with the shortcut follows
  kShortcut,
};

// The options `norm`, `groups` and, of batch norm alone, `statistics`, with these defaults.
std::vector<OptionInfo> norm_options(const std::string& norm, std::int64_t groups);
Norm read_norm(const OptionValues& options);

// Adds the tensors of a norm of that many channels.
void add_norm(Network& network,
              const std::string& name,
              const Norm& norm,
              std::int64_t channels,
              NormPlace place);

// kInvalid: the groups of the norm do not divide one of the numbers of channels.
Status check_groups(const Norm& norm, const std::vector<std::int64_t>& channels);

// Of a norm that has groups.
std::int64_t groups_of(const Norm& norm, std::int64_t channels);

}  // namespace murmur::models
