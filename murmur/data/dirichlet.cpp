// SPDX-License-Identifier: Apache-2.0
#include "murmur/data/dirichlet.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "murmur/core/random.h"

namespace murmur::data {
namespace {

constexpr int kGroupWorkers = 10;
constexpr std::int64_t kMostDraws = 100000;

struct Group {
  int index = 0;
  int workers = 0;
  std::span<const std::int64_t> rows;  // examples, shuffled
};

// Number of rows of one class in each shard of a group.
using Counts = std::vector<std::int64_t>;

// The logarithms of independent Gamma(alpha) variates; normalised, they are a draw of
// Dir(alpha, ..., alpha). Gamma(a) = Gamma(a + 1) U^(1/a) keeps small alphas from underflowing.
std::vector<double> draw_log_gammas(RandomSequence& random, std::size_t count, double alpha) {
  std::vector<double> logs(count);
  for (double& log : logs) {
    const double boosted = random.gamma(alpha + 1);
    log = std::log(boosted) + std::log(1.0 - random.uniform()) / alpha;
  }
  return logs;
}

// Shares of the shards that are not full; zero for the others. REQUIRES: a shard is not full.
std::vector<double> shares_of(const std::vector<double>& logs, const Counts& held, double full) {
  const auto is_full = [&](std::size_t j) { return static_cast<double>(held[j]) >= full; };
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < logs.size(); ++j) {
    largest = is_full(j) ? largest : std::max(largest, logs[j]);
  }
  std::vector<double> shares(logs.size(), 0.0);
  double total = 0;
  for (std::size_t j = 0; j < logs.size(); ++j) {
    shares[j] = is_full(j) ? 0.0 : std::exp(logs[j] - largest);
    total += shares[j];
  }
  for (double& share : shares) {
    share /= total;
  }
  return shares;
}

// Cuts `count` rows at floor(cumulative share x count); the last shard takes the remainder.
Counts cut(const std::vector<double>& shares, std::int64_t count) {
  Counts pieces(shares.size());
  double cumulative = 0;
  std::int64_t begin = 0;
  for (std::size_t j = 0; j + 1 < shares.size(); ++j) {
    cumulative += shares[j];
    const double place = std::floor(cumulative * static_cast<double>(count));
    const std::int64_t end = std::clamp(static_cast<std::int64_t>(place), begin, count);
    pieces[j] = end - begin;
    begin = end;
  }
  pieces.back() = count - begin;
  return pieces;
}

// One attempt at step 3: pieces[c][j] rows of class c for shard j. Empty: not accepted.
std::vector<Counts> draw_pieces(const Group& group,
                                const Counts& class_counts,
                                double alpha,
                                RandomSequence random) {
  const auto shards = static_cast<std::size_t>(group.workers);
  const double fair = static_cast<double>(group.rows.size()) / static_cast<double>(shards);
  Counts held(shards, 0);
  std::vector<Counts> pieces;
  for (const std::int64_t count : class_counts) {
    const std::vector<double> logs = draw_log_gammas(random, shards, alpha);
    // While rows are left, some shard has less than the fair share.
    pieces.push_back(count > 0 ? cut(shares_of(logs, held, fair), count) : Counts(shards, 0));
    for (std::size_t j = 0; j < shards; ++j) {
      held[j] += pieces.back()[j];
    }
  }
  const std::int64_t smallest = *std::min_element(held.begin(), held.end());
  if (static_cast<double>(smallest) < std::floor(0.5 * fair)) {
    pieces.clear();
  }
  return pieces;
}

// Appends the group's shards, each sorted by class, with the numbers of rows in `pieces`.
void append_shards(const Group& group,
                   std::span<const std::int32_t> labels,
                   const std::vector<Counts>& pieces,
                   DirichletShards& result) {
  std::vector<std::vector<std::int32_t>> rows_of_class(pieces.size());
  for (const std::int64_t row : group.rows) {
    const auto label = static_cast<std::size_t>(labels[static_cast<std::size_t>(row)]);
    rows_of_class[label].push_back(static_cast<std::int32_t>(row));
  }
  std::vector<std::ptrdiff_t> taken(pieces.size(), 0);
  for (std::size_t j = 0; j < static_cast<std::size_t>(group.workers); ++j) {
    const std::size_t before = result.order.size();
    for (std::size_t c = 0; c < pieces.size(); ++c) {
      const auto first = rows_of_class[c].begin() + taken[c];
      result.order.insert(result.order.end(), first, first + pieces[c][j]);
      taken[c] += pieces[c][j];
    }
    result.sizes.push_back(static_cast<std::int64_t>(result.order.size() - before));
  }
}

Status divide_group(const Group& group,
                    std::span<const std::int32_t> labels,
                    double alpha,
                    std::uint64_t seed,
                    DirichletShards& result) {
  const std::size_t classes = static_cast<std::size_t>(*std::ranges::max_element(labels)) + 1;
  Counts class_counts(classes, 0);
  for (const std::int64_t row : group.rows) {
    ++class_counts[static_cast<std::size_t>(labels[static_cast<std::size_t>(row)])];
  }
  for (std::int64_t draw = 1; draw <= kMostDraws; ++draw) {
    const RandomSequence random(Random(seed, Stream::kPartition, group.index, draw));
    const auto pieces = draw_pieces(group, class_counts, alpha, random);
    if (!pieces.empty()) {
      append_shards(group, labels, pieces, result);
      result.draws_per_group.push_back(draw);
      return Ok{};
    }
  }
  return Failure{FailureKind::kInvalid,
                 fmt::format("no division of {} examples of {} classes over {} workers with "
                             "alpha = {} gives every worker half of its share, in {} draws; use a "
                             "larger alpha or another partition",
                             group.rows.size(),
                             classes,
                             group.workers,
                             alpha,
                             kMostDraws)};
}

}  // namespace

Result<DirichletShards> dirichlet_shards(std::span<const std::int32_t> labels,
                                         int workers,
                                         double alpha,
                                         std::uint64_t seed) {
  const auto rows = static_cast<std::int64_t>(labels.size());
  const auto order = permutation(rows, Random(seed, Stream::kPartition));
  const std::int64_t group_rows = rows * kGroupWorkers / workers;
  const int groups = (workers + kGroupWorkers - 1) / kGroupWorkers;
  DirichletShards result;
  for (int g = 0; g < groups; ++g) {
    const bool last = g + 1 == groups;
    const auto begin = static_cast<std::size_t>(g * group_rows);
    const std::size_t count = last ? order.size() - begin : static_cast<std::size_t>(group_rows);
    const Group group{.index = g,
                      .workers = last ? workers - kGroupWorkers * g : kGroupWorkers,
                      .rows = std::span(order).subspan(begin, count)};
    const Status divided = divide_group(group, labels, alpha, seed, result);
    if (!divided) {
      return divided.failure();
    }
  }
  return result;
}

}  // namespace murmur::data
