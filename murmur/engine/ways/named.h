// SPDX-License-Identifier: Apache-2.0
// The ways of talking that an algorithm asks for by name: talk("cross-gradients", ...).
#pragma once

#include <string_view>

#include "murmur/core/per_scalar.h"
#include "murmur/engine/ways/table.h"

namespace murmur::engine {

template <class S>
using MakeWay = MadeWay<S> (*)(const WayParts<S>& parts, const TalkStage& stage);

struct NamedWay {
  std::string_view name;
  PerScalar<MakeWay> make;
  bool undirected = false;    // needs a graph whose edges go both ways
  bool row_per_edge = false;  // keeps one, as long as the model, of every edge into a worker
};

// REQUIRES: there is one of that name.
const NamedWay& find_way(std::string_view name);

// Whether a program has a way that needs a graph whose edges go both ways.
template <class S>
bool needs_undirected_graph(const Program<S>& program);

// How many rows a program's ways keep of every edge.
template <class S>
std::int64_t rows_per_edge(const Program<S>& program);

}  // namespace murmur::engine
