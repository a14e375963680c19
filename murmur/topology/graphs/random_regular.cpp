// SPDX-License-Identifier: Apache-2.0
// Random regular graph: every worker has `degree` neighbors. The graph is drawn once, and redrawn
// until it is connected. Half-edges are paired at random; pairs that would make a self-loop or a
// duplicate edge are returned to the pool (Steger and Wormald 1999). If the graph has more than
// half of all edges, its complement is drawn in this way. For degree 2, a random cycle is drawn,
// since every connected 2-regular graph is a cycle.
#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "murmur/core/random.h"
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

constexpr int kMostDraws = 1000;

void shuffle(std::vector<int>& list, RandomSequence& numbers) {
  for (std::size_t i = list.size(); i > 1; --i) {
    std::swap(list[i - 1], list[numbers.below(i)]);
  }
}

bool linked(const Graph& graph, int a, int b) {
  const std::vector<int>& others = graph.in(a);
  return std::binary_search(others.begin(), others.end(), b);
}

// Pairs the half-edges once; returns those that were not paired.
std::vector<int> pair_ends(std::vector<int> ends, Graph& graph, RandomSequence& numbers) {
  shuffle(ends, numbers);
  std::vector<int> left;
  for (std::size_t k = 0; k + 1 < ends.size(); k += 2) {
    const int a = ends[k];
    const int b = ends[k + 1];
    if (a == b || linked(graph, a, b)) {
      left.push_back(a);
      left.push_back(b);
    } else {
      graph.link(a, b);
    }
  }
  return left;
}

// None if the remaining half-edges cannot be paired.
std::optional<Graph> draw_regular(int workers, int degree, RandomSequence& numbers) {
  constexpr int kFruitlessRounds = 50;
  Graph graph(workers);
  std::vector<int> ends;
  for (int i = 0; i < workers; ++i) {
    ends.insert(ends.end(), static_cast<std::size_t>(degree), i);
  }
  int fruitless = 0;
  while (!ends.empty() && fruitless < kFruitlessRounds) {
    const std::size_t before = ends.size();
    ends = pair_ends(std::move(ends), graph, numbers);
    fruitless = ends.size() == before ? fruitless + 1 : 0;
  }
  return ends.empty() ? std::optional(std::move(graph)) : std::nullopt;
}

Graph complement(const Graph& graph) {
  Graph others(graph.workers());
  for (int i = 0; i < graph.workers(); ++i) {
    for (int j = 0; j < i; ++j) {
      if (!linked(graph, i, j)) {
        others.link(j, i);
      }
    }
  }
  return others;
}

Graph random_circle(int workers, RandomSequence& numbers) {
  std::vector<int> order(static_cast<std::size_t>(workers));
  std::iota(order.begin(), order.end(), 0);
  shuffle(order, numbers);
  Graph graph(workers);
  for (std::size_t k = 0; k < order.size(); ++k) {
    graph.link(order[k], order[(k + 1) % order.size()]);
  }
  return graph;
}

std::optional<Graph> draw_connected_regular(int workers, int degree, RandomSequence& numbers) {
  if (degree == 2) {
    return random_circle(workers, numbers);
  }
  const bool dense = degree > (workers - 1) / 2;
  for (int draw = 0; draw < kMostDraws; ++draw) {
    auto graph = draw_regular(workers, dense ? workers - 1 - degree : degree, numbers);
    if (graph && dense) {
      graph = complement(*graph);
    }
    if (graph && is_strongly_connected(*graph)) {
      return graph;
    }
  }
  return std::nullopt;
}

std::optional<Failure> why_no_regular(std::int64_t workers, std::int64_t degree) {
  if (degree >= workers) {
    return invalid(
        fmt::format("degree = {} needs more than {} workers, not {}; a degree up to {} would fit",
                    degree,
                    degree,
                    workers,
                    (workers - 1)));
  }
  if (workers * degree % 2 != 0) {
    return invalid(fmt::format(
        "there is no graph of {} workers with degree {}: one of the two numbers must be even. "
        "Take degree {} or another number of workers",
        workers,
        degree,
        degree + 1 < workers ? degree + 1 : degree - 1));
  }
  if (degree == 1 && workers > 2) {
    return invalid(fmt::format(
        "degree = 1 makes pairs, and {} workers in pairs are not connected; take degree 2 or more, "
        "or the topology 'random-matching'",
        workers));
  }
  return std::nullopt;
}

TopologyResult make_regular(const Request& request) {
  const int n = request.workers;
  if (n == 1) {
    return constant(request, Graph(1));
  }
  if (const auto failure = why_no_regular(n, request.options.integer("degree"))) {
    return *failure;
  }
  const auto degree = static_cast<int>(request.options.integer("degree"));
  RandomSequence numbers(Random(request.seed, Stream::kTopology));
  const auto graph = draw_connected_regular(n, degree, numbers);
  if (!graph) {
    return invalid(fmt::format(
        "no connected graph of {} workers with degree {} came up in {} draws; take another degree",
        n,
        degree,
        kMostDraws));
  }
  return constant(request, *graph);
}

}  // namespace

Registration random_regular() {
  const OptionInfo degree{.name = "degree",
                          .help = "neighbors of every worker",
                          .fallback = std::int64_t{4},
                          .bounds = kCount};
  return {
      .info = {.name = "random-regular",
               .summary = "a random connected graph in which all workers have as many neighbors",
               .paper = "Steger, Wormald (1999)",
               .random = true,
               .options = undirected_options({degree})},
      .make = make_regular};
}

}  // namespace murmur::topology
