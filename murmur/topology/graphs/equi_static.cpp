// SPDX-License-Identifier: Apache-2.0
// D-EquiStatic and, undirected, U-EquiStatic (Song, Li, Jin, Shi, Yan, Yin, Yuan, NeurIPS 2022): a
// mean over shifts a, along which worker i sends to i + a (P^a),
//
//   W = 1 / M sum over a of (1 / n I + (n - 1) / n P^a)        undirected: (W + W^T) / 2
#include <algorithm>
#include <bit>
#include <map>

#include <fmt/format.h>

#include "murmur/core/random.h"
#include "murmur/topology/count_or_list.h"
#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

// What the option says: a list; or zeros, of which each is drawn from 1 .. n - 1; or nothing, which
// are ceil(log2 n) zeros.
std::vector<std::int64_t> shifts_of(const Request& request) {
  const auto n = static_cast<std::uint64_t>(request.workers);
  std::vector<std::int64_t> shifts = request.options.integers("shifts");
  if (shifts.empty()) {
    shifts.resize(static_cast<std::size_t>(std::bit_width(n - 1)), 0);
  }
  const Random random(request.seed, Stream::kTopology);
  for (std::size_t k = 0; k < shifts.size(); ++k) {
    if (shifts[k] == 0) {
      shifts[k] = 1 + static_cast<std::int64_t>(random.below(k, n - 1));
    }
  }
  return shifts;
}

TopologyResult make_equi_static(const Request& request) {
  const int n = request.workers;
  if (n == 1) {
    return periodic({MixingMatrix(1)});
  }
  const std::vector<std::int64_t> shifts = shifts_of(request);
  for (const std::int64_t shift : shifts) {
    if (shift >= n) {
      return invalid(fmt::format(
          "shifts: {} is no shift of {} workers; from 1 to {} are allowed", shift, n, n - 1));
    }
  }
  const bool both_ways = request.options.flag("undirected");
  const double share = static_cast<double>(n - 1) / n / static_cast<double>(shifts.size());
  std::map<int, double> from;  // by distance to the sender
  for (const std::int64_t shift : shifts) {
    const auto back = static_cast<int>(n - shift);
    from[back] += both_ways ? share / 2 : share;
    if (both_ways) {
      from[n - back] += share / 2;
    }
  }
  MixingMatrix matrix(n);
  for (int i = 0; i < n; ++i) {
    std::vector<Neighbor> in;
    double given = 0;
    for (const auto& [distance, weight] : from) {
      in.push_back({(i + distance) % n, weight});
      given += weight;
    }
    matrix.set_self(i, 1 - given);
    matrix.set_in(i, std::move(in));
  }
  return periodic({matrix});
}

}  // namespace

Registration equi_static() {
  const OptionInfo shifts{.name = "shifts",
                          .help = "how many are drawn with replacement, or a list; repeats count",
                          .fallback = std::vector<std::int64_t>{},
                          .bounds = kCount,
                          .length = kCountOrList};
  const OptionInfo undirected{
      .name = "undirected", .help = "(W + W^T) / 2 in place of W", .fallback = false};
  return {.info = {.name = "equi-static",
                   .summary = "the same few shifts for every worker, drawn once",
                   .paper = "Song et al. (NeurIPS 2022)",
                   .directed = true,
                   .random = true,
                   .options = {shifts, undirected}},
          .make = make_equi_static};
}

}  // namespace murmur::topology
