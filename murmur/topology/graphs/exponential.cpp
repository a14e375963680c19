// SPDX-License-Identifier: Apache-2.0
// Directed graphs whose hops are powers. All workers follow the same rule, so every matrix is a sum
// of cyclic shifts with equal weights: rows and columns sum to one.
//
//   exponential           i sends to i + 2^k for every 2^k < n    Ying et al. 2021
//   one-peer-exponential  at step t to i + 2^e only               Assran et al. 2019
//   two-peer-exponential  to i + 2^e and i + 2^(e+1)              Lin et al. 2021
//   exponential-peers     to i + j (P+1)^e, j = 1 .. P            Assran et al. 2019, FairScale
//
// with e = (t + first_hop) mod L, L = floor(log_b(n - 1)) + 1 hops, b = 2 or P + 1. One period of
// the one-peer graph is the exact average if n is a power of two; one of exponential-peers, if n is
// a power of P + 1.
#include <algorithm>
#include <vector>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

using Hops = std::vector<std::int64_t>;

// base^0, base^1, ... below `workers`. Never empty, so that a single worker has a cycle, too.
Hops powers(std::int64_t base, int workers) {
  Hops list{1};
  while (list.back() <= (workers - 1) / base) {
    list.push_back(list.back() * base);
  }
  return list;
}

Graph shifts(int workers, const Hops& hops) {
  Graph graph(workers);
  for (const std::int64_t hop : hops) {
    const auto distance = static_cast<int>(hop % workers);
    for (int i = 0; i < workers; ++i) {
      graph.send(i, (i + distance) % workers);
    }
  }
  return graph;
}

// A topology that cycles through `places`; hops_at(place) returns the hops of a step at that place.
template <class F>
TopologyResult cycle(const Request& request, const Hops& places, F hops_at) {
  const int n = request.workers;
  const std::int64_t first = request.options.integer("first_hop");
  const auto length = static_cast<std::int64_t>(places.size());
  return varying(request, length, [=](std::int64_t step) {
    return shifts(n, hops_at(places[static_cast<std::size_t>((step + first) % length)]));
  });
}

TopologyResult make_exponential(const Request& request) {
  return constant(request, shifts(request.workers, powers(2, request.workers)));
}

TopologyResult make_one_peer(const Request& request) {
  return cycle(request, powers(2, request.workers), [](std::int64_t hop) { return Hops{hop}; });
}

TopologyResult make_two_peer(const Request& request) {
  return cycle(request, powers(2, request.workers), [](std::int64_t hop) {
    return Hops{hop, 2 * hop};
  });
}

TopologyResult make_peers(const Request& request) {
  // More peers than there are other workers would only add duplicate edges.
  const std::int64_t peers =
      std::min<std::int64_t>(request.options.integer("peers"), request.workers);
  return cycle(request, powers(peers + 1, request.workers), [peers](std::int64_t power) {
    Hops hops;
    for (std::int64_t j = 1; j <= peers; ++j) {
      hops.push_back(j * power);
    }
    return hops;
  });
}

}  // namespace

Registration exponential() {
  return {.info = {.name = "exponential",
                   .summary = "worker i sends to i + 1, i + 2, i + 4, ...",
                   .paper = "Ying et al. (NeurIPS 2021)",
                   .directed = true,
                   .options = directed_options()},
          .make = make_exponential};
}

Registration one_peer_exponential() {
  return {.info = {.name = "one-peer-exponential",
                   .summary = "one hop a step: i + 1, then i + 2, then i + 4, ...",
                   .paper = "Assran et al. (ICML 2019)",
                   .directed = true,
                   .varies = true,
                   .options = directed_options({first_hop_option()})},
          .make = make_one_peer};
}

Registration two_peer_exponential() {
  return {.info = {.name = "two-peer-exponential",
                   .summary = "two hops a step: i + 1 and i + 2, then i + 2 and i + 4, ...",
                   .paper = "Lin, Karimireddy, Stich, Jaggi (ICML 2021)",
                   .directed = true,
                   .varies = true,
                   .options = directed_options({first_hop_option()})},
          .make = make_two_peer};
}

Registration exponential_peers() {
  const OptionInfo peers{.name = "peers",
                         .help = "to how many a worker sends at a step",
                         .fallback = std::int64_t{2},
                         .bounds = kCount};
  return {
      .info = {.name = "exponential-peers",
               .summary = "P hops a step: i + j (P + 1)^e for j = 1 .. P, e one up at each step",
               .paper = "Assran et al. (ICML 2019)",
               .directed = true,
               .varies = true,
               .options = directed_options({peers, first_hop_option()})},
      .make = make_peers};
}

}  // namespace murmur::topology
