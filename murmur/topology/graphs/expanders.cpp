// SPDX-License-Identifier: Apache-2.0
// Two deterministic expanders, as in the published quasi-global momentum code (Lin et al., ICML
// 2021).
//
//   margulis  n = m^2; worker x m + y, the point (x, y), is linked to (x + 2y, y), (x + 2y + 1, y),
//             (x, y + 2x) and (x, y + 2x + 1) modulo m (Gabber and Galil 1981)
//   expander  n prime; worker i is linked to i - 1, i + 1 and its inverse modulo n (0 to itself).
//             Every weight is 1/3: a self-loop counts as one edge, and workers without one have
//             self-weight 0. Where the inverse of a worker is one of its two neighbors on the ring,
//             its weights would sum to 2/3, so such primes are rejected.
#include <cmath>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

TopologyResult make_margulis(const Request& request) {
  const auto m = static_cast<int>(std::lround(std::floor(std::sqrt(request.workers))));
  if (m * m != request.workers) {
    return invalid(
        fmt::format("'margulis' needs a square as number of workers, not {}; {} or {} would fit",
                    request.workers,
                    m * m,
                    (m + 1) * (m + 1)));
  }
  const auto worker = [m](int x, int y) { return (x % m) * m + y % m; };
  Graph graph(request.workers);
  for (int x = 0; x < m; ++x) {
    for (int y = 0; y < m; ++y) {
      const int here = worker(x, y);
      graph.link(here, worker(x + 2 * y, y));
      graph.link(here, worker(x + 2 * y + 1, y));
      graph.link(here, worker(x, y + 2 * x));
      graph.link(here, worker(x, y + 2 * x + 1));
    }
  }
  return constant(request, graph);
}

bool is_prime(int n) {
  for (int d = 2; d <= n / d; ++d) {
    if (n % d == 0) {
      return false;
    }
  }
  return n >= 2;
}

// a^(n - 2) modulo n, by Fermat's little theorem; 0 for a = 0. REQUIRES: n is prime.
int inverse(int a, int n) {
  std::int64_t power = a;
  std::int64_t product = 1;
  for (int exponent = n - 2; exponent > 0; exponent /= 2) {
    product = exponent % 2 == 1 ? product * power % n : product;
    power = power * power % n;
  }
  return a == 0 ? 0 : static_cast<int>(product);
}

Graph inverses_on_ring(int n) {
  Graph graph(n);
  for (int i = 0; i < n; ++i) {
    graph.link(i, (i + 1) % n);
    graph.link(i, inverse(i, n));
  }
  return graph;
}

bool fits_expander(int n) {
  if (!is_prime(n)) {
    return false;
  }
  const Graph graph = inverses_on_ring(n);
  const auto shares = [&](int i) { return graph.in_degree(i) + (graph.loop(i) ? 1 : 0); };
  for (int i = 1; i < n; ++i) {
    if (shares(i) != shares(0)) {
      return false;
    }
  }
  return true;
}

std::string nearest_that_fit(int n) {
  int below = n - 1;
  while (below > 1 && !fits_expander(below)) {
    --below;
  }
  int above = n + 1;
  while (!fits_expander(above)) {
    ++above;
  }
  return below > 1 ? fmt::format("{} or {}", below, above) : fmt::format("{}", above);
}

TopologyResult make_expander(const Request& request) {
  const int n = request.workers;
  if (n == 1) {
    return constant(request, Graph(1));
  }
  if (!fits_expander(n)) {
    const std::string reason =
        is_prime(n) ? fmt::format(
                          "{} workers are a prime at which a worker is next to its own "
                          "inverse, so not every row of weights would sum to one",
                          n)
                    : fmt::format("'expander' needs a prime as number of workers, not {}", n);
    return invalid(fmt::format("{}; {} would fit", reason, nearest_that_fit(n)));
  }
  return constant(request, inverses_on_ring(n));
}

std::vector<OptionInfo> with_loops(Weighting fallback, Weighting other) {
  return {weighting_option(
              {fallback, other, Weighting::kUniform, Weighting::kMaxDegree, Weighting::kOutDegree}),
          lazy_option()};
}

}  // namespace

Registration margulis() {
  return {.info = {.name = "margulis",
                   .summary = "the Margulis-Gabber-Galil expander on a square of workers",
                   .paper = "Gabber, Galil (1981); Lin et al. (ICML 2021)",
                   .options = with_loops(Weighting::kMetropolis, Weighting::kLoops)},
          .make = make_margulis};
}

Registration expander() {
  return {.info = {.name = "expander",
                   .summary = "a ring, and every worker with its inverse modulo their prime number",
                   .paper = "Lin, Karimireddy, Stich, Jaggi (ICML 2021)",
                   .typical_workers = 17,
                   .options = with_loops(Weighting::kLoops, Weighting::kMetropolis)},
          .make = make_expander};
}

}  // namespace murmur::topology
