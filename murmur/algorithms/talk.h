// SPDX-License-Identifier: Apache-2.0
// Words beside those of core/stage.h: ways of talking that the engine knows by name.
#pragma once

#include <string_view>
#include <tuple>

#include "murmur/core/stage.h"

namespace murmur {

// Any other way of talking, by its name in engine/ways/named.cpp, over these fields.
template <class... Names>
constexpr auto talk(std::string_view way, Names... names) {
  return std::tuple{StageSpec<NoKernel>{.kind = StageKind::kTalk, .fields{names...}, .way = way}};
}

// The same of a way that does not follow the edges of the run's graph, if it sends at all.
template <class... Names>
constexpr auto talk_off_graph(std::string_view way, Names... names) {
  return std::tuple{StageSpec<NoKernel>{
      .kind = StageKind::kTalk, .fields{names...}, .way = way, .over_graph = false}};
}

}  // namespace murmur
