// SPDX-License-Identifier: Apache-2.0
#include "murmur/engine/ways/named.h"

#include <algorithm>
#include <iterator>

#include "murmur/core/check.h"

namespace murmur::engine {
namespace {

// The only list of them.
constexpr NamedWay kWays[] = {
    {"cross-gradients", {cross_gradients<float>, cross_gradients<double>}, true, true},
};

}  // namespace

const NamedWay& find_way(std::string_view name) {
  const auto* const found = std::find_if(
      std::begin(kWays), std::end(kWays), [&](const NamedWay& way) { return way.name == name; });
  MURMUR_CHECK(found != std::end(kWays), "no way of talking '{}'", name);
  return *found;
}

template <class S>
bool needs_undirected_graph(const Program<S>& program) {
  return std::any_of(program.round.begin(), program.round.end(), [](const Stage<S>& stage) {
    const auto* const talk = stage.template as<TalkStage>();
    return talk != nullptr && find_way(talk->way).undirected;
  });
}

template <class S>
std::int64_t rows_per_edge(const Program<S>& program) {
  return std::count_if(program.round.begin(), program.round.end(), [](const Stage<S>& stage) {
    const auto* const talk = stage.template as<TalkStage>();
    return talk != nullptr && find_way(talk->way).row_per_edge;
  });
}

template std::int64_t rows_per_edge(const Program<float>&);
template std::int64_t rows_per_edge(const Program<double>&);
template bool needs_undirected_graph(const Program<float>&);
template bool needs_undirected_graph(const Program<double>&);

}  // namespace murmur::engine
