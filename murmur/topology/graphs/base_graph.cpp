// SPDX-License-Identifier: Apache-2.0
// Base-(k + 1) graph (Takezawa, Sato, Bao, Niwa, Yamada, NeurIPS 2023): in every round a worker has
// at most k partners, and the product of a period's matrices is exact averaging for any n.
//
// Hyper-hypercube, where all prime factors of n are at most k + 1: n = f_1 ... f_L, largest factors
// first, then ascending; in round l the f_l workers o, o + P, o + 2 P, ... with P = f_1 ... f_{l-1}
// average.
//
// Otherwise blocks of consecutive workers, one for each non-zero digit of n in base k + 1, largest
// power first, in parts of (k + 1)^p workers. First every block averages by its own
// hyper-hypercube. Then, in round q, the workers of later blocks, the last block first, take one
// worker from every part of block q, its highest that is free, with the weights that make the parts
// have the mean of all; those left average in groups of k + 1. Then block q averages in its parts.
//
// Or groups of n / p workers, p the largest factor of n without primes above k + 1 that this
// allows, which do that for themselves and then average across groups by a hyper-hypercube. The
// shorter one is taken, of equal ones the groups.
#include <algorithm>
#include <numeric>
#include <utility>

#include "murmur/topology/registry.h"

namespace murmur::topology {
namespace {

struct Link {
  int a = 0;
  int b = 0;
  double weight = 0;
};
using Round = std::vector<Link>;

struct Workers {  // consecutive ones
  int first = 0;
  int count = 0;
};

// The factors of n, ascending; empty also where a prime factor is above k + 1.
std::vector<int> factors_of(int n, int k) {
  std::vector<int> factors;
  for (int f = k + 1; f > 1;) {
    if (n % f == 0) {
      factors.push_back(f);
      n /= f;
    } else {
      --f;
    }
  }
  std::sort(factors.begin(), factors.end());
  return n == 1 ? factors : std::vector<int>();
}

void average(const std::vector<int>& workers, Round& round) {
  const double weight = 1.0 / static_cast<double>(workers.size());
  for (std::size_t i = 0; i < workers.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      round.push_back({workers[j], workers[i], weight});
    }
  }
}

// Adds round `number`, modulo their count, of the hyper-hypercube of these workers.
void hyper_hypercube(const Workers& all, int k, std::size_t number, Round& round) {
  const std::vector<int> factors = factors_of(all.count, k);
  if (factors.empty()) {
    return;  // one worker
  }
  const std::size_t l = number % factors.size();
  const int stride = std::accumulate(
      factors.begin(), factors.begin() + static_cast<std::ptrdiff_t>(l), 1, std::multiplies<>());
  for (int o = 0; o < all.count; ++o) {
    if (o / stride % factors[l] != 0) {
      continue;  // not the first of its group
    }
    std::vector<int> group;
    for (int r = 0; r < factors[l]; ++r) {
      group.push_back(all.first + o + stride * r);
    }
    average(group, round);
  }
}

struct Block {
  Workers all;
  int parts = 1;
  int power = 0;

  Workers part(int index) const {
    const int size = all.count / parts;
    return {all.first + index * size, size};
  }
};

std::vector<Block> blocks_of(const Workers& all, int k) {
  int power = 0;
  int size = 1;
  while (size * (k + 1) <= all.count) {
    size *= k + 1;
    ++power;
  }
  std::vector<Block> blocks;
  int first = all.first;
  int left = all.count;
  for (; size > 0; size /= k + 1, --power) {
    const int parts = left / size;
    if (parts > 0) {
      blocks.push_back({{first, parts * size}, parts, power});
      first += parts * size;
      left -= parts * size;
    }
    if (size == 1) {
      break;
    }
  }
  return blocks;
}

// Round q of the second phase.
void join(const std::vector<Block>& blocks, std::size_t q, int k, Round& round) {
  const Block& block = blocks[q];
  int behind = block.all.count;
  for (std::size_t s = q + 1; s < blocks.size(); ++s) {
    behind += blocks[s].all.count;
  }
  const double weight = static_cast<double>(block.all.count) / behind / block.parts;
  int taken = 0;  // of every part, from its end
  for (std::size_t s = blocks.size() - 1; s > q; --s) {
    for (int i = 0; i < blocks[s].all.count; ++i, ++taken) {
      for (int p = 0; p < block.parts; ++p) {
        const Workers part = block.part(p);
        round.push_back({part.first + part.count - 1 - taken, blocks[s].all.first + i, weight});
      }
    }
  }
  std::vector<int> group;
  for (int p = 0; p < block.parts; ++p) {
    const Workers part = block.part(p);
    for (int i = 0; i < part.count - taken; ++i) {
      group.push_back(part.first + i);
      if (static_cast<int>(group.size()) == k + 1) {
        average(group, round);
        group.clear();
      }
    }
  }
  average(group, round);
}

// The rounds of the construction with blocks, for these workers.
std::vector<Round> simple(const Workers& all, int k) {
  std::vector<Round> rounds;
  const std::size_t factors = factors_of(all.count, k).size();
  if (all.count == 1 || factors > 0) {
    rounds.resize(factors);
    for (std::size_t t = 0; t < factors; ++t) {
      hyper_hypercube(all, k, t, rounds[t]);
    }
    return rounds;
  }
  const std::vector<Block> blocks = blocks_of(all, k);
  const std::size_t power = static_cast<std::size_t>(blocks[0].power);
  const std::size_t first_phase = power + (blocks[0].parts > 1 ? 1 : 0);
  rounds.resize(first_phase + 1 + power);
  for (std::size_t t = 0; t < rounds.size(); ++t) {
    const std::size_t q = t - first_phase;  // of the second phase
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const Block& block = blocks[b];
      if (t < first_phase) {
        hyper_hypercube(block.all, k, t, rounds[t]);
      } else if (q == b && b + 1 < blocks.size()) {
        join(blocks, b, k, rounds[t]);
      } else if (q > b || (q == b && b + 1 == blocks.size())) {
        const std::size_t done = q - std::min(b + 1, blocks.size() - 1);
        for (int p = 0; p < (block.power == 0 ? 1 : block.parts); ++p) {
          hyper_hypercube(block.power == 0 ? block.all : block.part(p), k, done, rounds[t]);
        }
      }
    }
  }
  return rounds;
}

// p: gcd(n, product over q = 2 .. k + 1 of q^floor(log_q n)).
int common_factor(int n, int k) {
  int p = 1;
  int left = n;
  for (int f = k + 1; f > 1;) {
    if (left % f == 0) {
      p *= f;
      left /= f;
    } else {
      --f;
    }
  }
  return p;
}

std::vector<Round> in_groups(int n, int k) {
  const int groups = common_factor(n, k);
  const int size = n / groups;
  std::vector<Round> rounds(simple({0, size}, k).size());
  for (int g = 0; g < groups; ++g) {
    const std::vector<Round> own = simple({g * size, size}, k);
    for (std::size_t t = 0; t < own.size(); ++t) {
      rounds[t].insert(rounds[t].end(), own[t].begin(), own[t].end());
    }
  }
  const std::size_t inside = rounds.size();
  rounds.resize(inside + factors_of(groups, k).size());
  for (std::size_t t = inside; t < rounds.size(); ++t) {
    Round across;
    hyper_hypercube({0, groups}, k, t - inside, across);
    for (const Link& link : across) {
      for (int j = 0; j < size; ++j) {
        rounds[t].push_back({link.a * size + j, link.b * size + j, link.weight});
      }
    }
  }
  return rounds;
}

MixingMatrix matrix_of(int n, const Round& round) {
  std::vector<std::vector<Neighbor>> in(static_cast<std::size_t>(n));
  for (const Link& link : round) {
    in[static_cast<std::size_t>(link.a)].push_back({link.b, link.weight});
    in[static_cast<std::size_t>(link.b)].push_back({link.a, link.weight});
  }
  MixingMatrix matrix(n);
  for (int i = 0; i < n; ++i) {
    double given = 0;
    for (const Neighbor& neighbor : in[static_cast<std::size_t>(i)]) {
      given += neighbor.weight;
    }
    matrix.set_self(i, 1 - given);
    matrix.set_in(i, std::move(in[static_cast<std::size_t>(i)]));
  }
  return matrix;
}

TopologyResult make_base_graph(const Request& request) {
  const int n = request.workers;
  const auto k = static_cast<int>(std::min<std::int64_t>(request.options.integer("peers"), n));
  std::vector<Round> rounds = in_groups(n, k);
  if (std::vector<Round> blocks = simple({0, n}, k); blocks.size() < rounds.size()) {
    rounds = std::move(blocks);
  }
  std::vector<MixingMatrix> matrices;
  for (const Round& round : rounds) {
    matrices.push_back(matrix_of(n, round));
  }
  if (matrices.empty()) {
    matrices.emplace_back(n);  // one worker
  }
  return periodic(std::move(matrices));
}

}  // namespace

Registration base_graph() {
  const OptionInfo peers{.name = "peers",
                         .help = "most partners of a worker in a round, k",
                         .fallback = std::int64_t{1},
                         .bounds = kCount};
  return {.info = {.name = "base-graph",
                   .summary = "a few partners in a round, and exact averages after a period",
                   .paper = "Takezawa et al. (NeurIPS 2023)",
                   .varies = true,
                   .options = {peers}},
          .make = make_base_graph};
}

}  // namespace murmur::topology
