// SPDX-License-Identifier: Apache-2.0
// Words beside those of core/stage.h: messages that may be encoded, with the codec of the run.
#pragma once

#include <string_view>
#include <tuple>

#include "murmur/core/stage.h"

namespace murmur {

// copy_i <- copy_i + C(difference_i) with the run's codec C. What is encoded goes to the neighbors
// that receive from i, which keep the same copy: state per edge, so the graph must not change.
constexpr auto publish(std::string_view difference, std::string_view copy) {
  return std::tuple{
      StageSpec<NoKernel>{.kind = StageKind::kPublish, .fields = {difference}, .into = copy}};
}

// into_i <- sum_j w_ij (copy_j - copy_i), what mixing would add, over copies that were published:
// no message. Of a field that a publish() of the same round changes.
constexpr auto mix_public(std::string_view copy, std::string_view into) {
  return std::tuple{
      StageSpec<NoKernel>{.kind = StageKind::kMixPublic, .fields = {copy}, .into = into}};
}

// decoded_i <- C(field_i) with the run's codec C, and into <- their mean; `into` is kept once.
// Without a codec, and without `decoded`, it is average().
constexpr auto coded_average(std::string_view field,
                             std::string_view into,
                             std::string_view decoded = "") {
  return std::tuple{StageSpec<NoKernel>{
      .kind = StageKind::kCodedAverage, .fields = {field, decoded}, .into = into}};
}

}  // namespace murmur
