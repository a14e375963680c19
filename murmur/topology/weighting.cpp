// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/weighting.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "murmur/core/check.h"

namespace murmur::topology {
namespace {

constexpr std::array kNames{std::pair{Weighting::kMetropolis, std::string_view("metropolis")},
                            std::pair{Weighting::kUniform, std::string_view("uniform")},
                            std::pair{Weighting::kMaxDegree, std::string_view("max-degree")},
                            std::pair{Weighting::kOutDegree, std::string_view("out-degree")},
                            std::pair{Weighting::kLoops, std::string_view("loops")}};

// The degrees of each worker in a graph, which determine the weight of each edge.
struct WorkerDegrees {
  std::vector<int> in;
  std::vector<int> out;
  std::vector<int> with_loop;
  int largest = 0;

  explicit WorkerDegrees(const Graph& graph) : out(graph.out_degrees()) {
    for (int i = 0; i < graph.workers(); ++i) {
      in.push_back(graph.in_degree(i));
      with_loop.push_back(graph.in_degree(i) + (graph.loop(i) ? 1 : 0));
      largest = std::max({largest, in.back(), out[static_cast<std::size_t>(i)]});
    }
  }

  // The weight of the edge is the reciprocal of this number.
  int shares(Weighting weighting, int to, int from) const {
    const auto i = static_cast<std::size_t>(to);
    const auto j = static_cast<std::size_t>(from);
    switch (weighting) {
      case Weighting::kMetropolis:
        return 1 + std::max(in[i], in[j]);
      case Weighting::kUniform:
        return 1 + in[i];
      case Weighting::kMaxDegree:
        return 1 + largest;
      case Weighting::kOutDegree:
        return 1 + out[j];
      case Weighting::kLoops:
        return std::max(with_loop[i], with_loop[j]);
    }
    return 1;
  }
};

// 1 - given, rounded to exactly 0 if only a rounding error remains, as after three thirds.
double rest_of_one(double given) {
  constexpr double kRounding = 1e-15;
  const double rest = 1.0 - given;
  return std::abs(rest) < kRounding ? 0.0 : rest;
}

// `given`: the sum of the row's other weights.
double own_share(const WorkerDegrees& degrees, Weighting weighting, int worker, double given) {
  const auto i = static_cast<std::size_t>(worker);
  switch (weighting) {
    case Weighting::kUniform:
      return 1.0 / (1 + degrees.in[i]);
    case Weighting::kOutDegree:
      return 1.0 / (1 + degrees.out[i]);
    default:
      return rest_of_one(given);
  }
}

}  // namespace

std::string_view name_of(Weighting weighting) {
  for (const auto& [known, name] : kNames) {
    if (known == weighting) {
      return name;
    }
  }
  return "";
}

Weighting weighting_of(std::string_view name) {
  const auto* const found = std::find_if(
      kNames.begin(), kNames.end(), [&](const auto& row) { return row.second == name; });
  MURMUR_CHECK(found != kNames.end(), "weighting '{}'", name);
  return found->first;
}

OptionInfo weighting_option(const std::vector<Weighting>& choices) {
  OptionInfo info{.name = "weighting",
                  .help = "how edges are weighed; out-degree is for push-sum",
                  .fallback = std::string(name_of(choices.front()))};
  for (const Weighting weighting : choices) {
    info.choices.emplace_back(name_of(weighting));
  }
  return info;
}

MixingMatrix weigh(const Graph& graph, Weighting weighting) {
  const WorkerDegrees degrees(graph);
  MixingMatrix matrix(graph.workers());
  for (int i = 0; i < graph.workers(); ++i) {
    std::vector<Neighbor> row;
    row.reserve(graph.in(i).size());
    double given = 0;
    for (const int j : graph.in(i)) {
      row.push_back({j, 1.0 / degrees.shares(weighting, i, j)});
      given += row.back().weight;
    }
    matrix.set_in(i, std::move(row));
    matrix.set_self(i, own_share(degrees, weighting, i, given));
  }
  return matrix;
}

MixingMatrix lazy(const MixingMatrix& matrix) {
  MixingMatrix slow(matrix.workers());
  for (int i = 0; i < matrix.workers(); ++i) {
    std::vector<Neighbor> row = matrix.in(i);
    for (Neighbor& neighbor : row) {
      neighbor.weight /= 2;
    }
    slow.set_in(i, std::move(row));
    slow.set_self(i, (1.0 + matrix.self(i)) / 2);
  }
  return slow;
}

}  // namespace murmur::topology
