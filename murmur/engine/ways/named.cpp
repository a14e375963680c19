// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/ways/named.h"

#include <algorithm>
#include <vector>

#include "murmur/core/check.h"

namespace murmur::engine {

// The only list of them.
const NamedWay& find_way(std::string_view name) {
  static const std::vector<NamedWay> kAll{
      {"cross-gradients", {cross_gradients<float>, cross_gradients<double>}, true}};
  const auto found =
      std::find_if(kAll.begin(), kAll.end(), [&](const NamedWay& way) { return way.name == name; });
  MURMUR_CHECK(found != kAll.end(), "no way of talking '{}'", name);
  return *found;
}

template <class S>
bool needs_undirected_graph(const Program<S>& program) {
  return std::any_of(program.round.begin(), program.round.end(), [](const Stage<S>& stage) {
    const auto* const talk = stage.template as<TalkStage>();
    return talk != nullptr && find_way(talk->way).undirected;
  });
}

template bool needs_undirected_graph(const Program<float>&);
template bool needs_undirected_graph(const Program<double>&);

}  // namespace murmur::engine
