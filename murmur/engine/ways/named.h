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
  int rows_per_worker = 0;      // keeps as many, as long as the model, of every worker
  bool row_per_edge = false;    // keeps one of every edge into a worker
  bool undirected = false;      // needs a graph whose edges go both ways
  bool one_start = false;       // all workers begin with one model
  bool state_of_edges = false;  // its fields behind the first belong to edges: they are not shown
};

// REQUIRES: there is one of that name.
const NamedWay& find_way(std::string_view name);

// Whether a program, or a way that it has, needs a graph whose edges go both ways.
template <class S>
bool needs_undirected_graph(const Program<S>& program);

// The fields of a program that belong to edges and not to workers.
template <class S>
FieldSet fields_of_edges(const Program<S>& program);

// Whether all workers must begin with one model.
template <class S>
bool needs_one_start(const Program<S>& program);

// How many rows a program's ways keep of every edge, and of every worker, beside the fields.
template <class S>
std::int64_t rows_per_edge(const Program<S>& program);
template <class S>
std::int64_t rows_per_worker(const Program<S>& program);

}  // namespace murmur::engine
