// SPDX-License-Identifier: Apache-2.0
// MATCHA (Wang, Sahu, Yang, Joshi, Kar, 2019): of a graph's matchings (matchings.h) each is active
// with its own probability, drawn for every mix alike on all workers,
//
//   W = I - alpha sum over active matchings of their Laplacians
#include <algorithm>

#include <fmt/format.h>

#include "murmur/core/random.h"
#include "murmur/topology/matchings.h"
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

class Matcha final : public Topology {
 public:
  Matcha(int workers, MatchaPlan plan, std::uint64_t seed)
      : workers_(workers), plan_(std::move(plan)), seed_(seed) {}

  int workers() const override { return workers_; }
  std::int64_t period() const override {
    const auto is_certain = [](double p) { return p == 1; };
    return std::all_of(plan_.probabilities.begin(), plan_.probabilities.end(), is_certain) ? 1 : 0;
  }
  MixingMatrix at(std::int64_t step) const override {
    const Random random(seed_, Stream::kTopology, 0, step);
    std::vector<std::vector<Neighbor>> in(static_cast<std::size_t>(workers_));
    for (std::size_t j = 0; j < plan_.matchings.size(); ++j) {
      if (random.uniform(j) >= plan_.probabilities[j]) {
        continue;
      }
      for (const auto& [a, b] : plan_.matchings[j]) {
        in[static_cast<std::size_t>(a)].push_back({b, plan_.alpha});
        in[static_cast<std::size_t>(b)].push_back({a, plan_.alpha});
      }
    }
    MixingMatrix matrix(workers_);
    for (int i = 0; i < workers_; ++i) {
      std::vector<Neighbor>& neighbors = in[static_cast<std::size_t>(i)];
      matrix.set_self(i, 1 - plan_.alpha * static_cast<double>(neighbors.size()));
      matrix.set_in(i, std::move(neighbors));
    }
    return matrix;
  }

  const MatchaPlan& plan() const { return plan_; }

 private:
  int workers_;
  MatchaPlan plan_;
  std::uint64_t seed_;
};

// Options of the graph that are not in the request are at their defaults.
OptionValues options_of(const TopologyInfo& graph, const OptionValues& given) {
  OptionValues values(graph.options);
  for (const OptionInfo& option : graph.options) {
    if (option.name != "period" && given.has(option.name)) {
      values.set(option.name, given.all().at(option.name));
    }
  }
  return values;
}

TopologyResult make_matcha(const Request& request) {
  constexpr int kMostWorkers = 512;
  const int n = request.workers;
  const std::string& name = request.options.text("graph");
  if (n > kMostWorkers) {
    return invalid(
        fmt::format("'matcha' computes spectra: at most {} workers, not {}", kMostWorkers, n));
  }
  const auto made =
      make_topology(name, n, options_of(*find_topology(name), request.options), request.seed);
  if (!made || n == 1) {
    return made;
  }
  const MixingMatrix graph = made.value()->at(0);
  return std::shared_ptr<const Topology>(std::make_shared<const Matcha>(
      n, plan_matcha(graph, request.options.number("budget")), request.seed));
}

}  // namespace

const MatchaPlan* matcha_plan(const Topology& topology) {
  const auto* const matcha = dynamic_cast<const Matcha*>(&topology);
  return matcha == nullptr ? nullptr : &matcha->plan();
}

Registration matcha(const std::vector<Registration>& others) {
  std::vector<std::string> graphs;
  for (const Registration& other : others) {
    if (!other.info.directed && !other.info.varies) {
      graphs.push_back(other.info.name);
    }
  }
  const OptionInfo graph{.name = "graph",
                         .help = "whose edges are drawn; its options stand beside it",
                         .fallback = std::string(),
                         .choices = graphs,
                         .required = true};
  const OptionInfo budget{.name = "budget",
                          .help = "expected share of the matchings that are active",
                          .fallback = 0.5,
                          .bounds = kProbability};
  return {.info = {.name = "matcha",
                   .summary = "random matchings of a graph, the critical ones more often",
                   .paper = "Wang et al. (2019)",
                   .varies = true,
                   .random = true,
                   .options = {graph, budget}},
          .make = make_matcha};
}

}  // namespace murmur::topology
