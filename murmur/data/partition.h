// SPDX-License-Identifier: Apache-2.0
// Which worker has which training examples: a function of (labels or groups, workers, options,
// seed).
//
//   iid         shuffled, then cut into n equal slices
//   sorted      by label (file order within a label), then cut
//   origin      file order, cut
//   shards      by label, cut into n k shards, k of them for each worker at random: McMahan, Moore,
//               Ramage, Hampson, Aguera y Arcas (AISTATS 2017) with k = 2
//   dirichlet   class shares drawn from Dir(alpha): Lin, Karimireddy, Stich, Jaggi (ICML 2021), in
//               the exact form of their code (dirichlet.h)
//   natural     groups of examples (`by`) are shuffled and dealt round robin to the workers
//   file        as a file says: a line per training example, the number of its worker or "-"
//   replicate   every worker has all examples
//
// amounts   equal    floor(N / n) examples each; the remainder is dropped
//           drawn    dirichlet: the shards as they were drawn; natural, file: whatever comes out
//           shares   N s_i / sum s of iid, origin and sorted, cut at rounded cumulative shares
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"

namespace murmur::data {

// How many examples the workers have.
struct Amounts {
  enum class Kind { kEqual, kDrawn, kShares };
  Kind kind = Kind::kEqual;
  std::vector<double> shares = {};  // of kShares: one per worker, positive

  bool operator==(const Amounts&) const = default;
};

struct PartitionSettings {
  std::string name = "iid";
  double alpha = 1.0;                  // of dirichlet: small = heterogeneous
  std::int64_t shards_per_worker = 2;  // of shards
  Amounts amounts = {};
  std::string by = {};    // of natural: a grouping of the examples
  std::string file = {};  // of file
};

struct PartitionInfo {
  std::string name;
  std::string summary;
  std::string paper;                // empty: common practice
  std::vector<OptionInfo> options;  // in [data], for this partition only
  bool by_label = false;            // it needs labels
  std::vector<Amounts::Kind> amounts = {Amounts::Kind::kEqual};  // allowed; the first is usual
};

// All of them, in the order in which they are listed.
const std::vector<PartitionInfo>& partitions();

// What a partition may depend on: the number of examples, and their labels or groups if they have
// any.
class ExampleLabels {
 public:
  explicit ExampleLabels(std::int64_t count) : count_(count) {}  // without labels
  ExampleLabels(std::vector<std::int32_t> labels)  // NOLINT(google-explicit-constructor)
      : count_(static_cast<std::int64_t>(labels.size())), labels_(std::move(labels)) {}

  std::int64_t count() const { return count_; }
  bool present() const { return !labels_.empty(); }
  std::span<const std::int32_t> values() const { return labels_; }

  // The group of each example, for "natural"; its worker or -1, for "file".
  void group(std::vector<std::int32_t> groups) { groups_ = std::move(groups); }
  std::span<const std::int32_t> groups() const { return groups_; }

 private:
  std::int64_t count_;
  std::vector<std::int32_t> labels_;
  std::vector<std::int32_t> groups_;
};

class Partition {
 public:
  // `order`: the workers' slices one after the other, or the single slice if replicated.
  Partition(std::vector<std::int32_t> order, int workers, bool replicated);
  // The same with slices of these sizes, one per worker.
  Partition(std::vector<std::int32_t> order, const std::vector<std::int64_t>& sizes);

  // The same partition where example i stands for which[i].
  Partition of_some(std::span<const std::int32_t> which) const;

  int workers() const { return static_cast<int>(sizes_.size()); }
  std::span<const std::int32_t> of(int worker) const;
  std::int64_t count(int worker) const { return std::ssize(of(worker)); }
  // Whether all workers have the same number of examples, and not by chance.
  bool is_equal() const { return is_equal_; }
  std::int64_t total() const;                // the sum of their numbers
  std::int64_t examples_per_worker() const;  // the mean, rounded down

 private:
  std::vector<std::int32_t> order_;
  std::vector<std::int64_t> begins_;  // per worker
  std::vector<std::int64_t> sizes_;   // per worker
  bool is_equal_ = true;
};

// For examples without labels; kInvalid: the partition is one by label.
Status require_no_labels(const PartitionSettings& settings);

// kInvalid: the name is unknown, there are fewer examples than workers (or shards), no draw of the
// Dirichlet procedure was acceptable, or a partition by label has no labels.
Result<Partition> make_partition(const ExampleLabels& labels,
                                 int workers,
                                 const PartitionSettings& settings,
                                 std::uint64_t seed);

}  // namespace murmur::data
