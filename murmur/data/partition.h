// SPDX-License-Identifier: Apache-2.0
// Which worker has which training examples: a function of (labels, workers, options, seed). Every
// worker has the same number of examples, floor(N / n); the remainder is dropped.
//
//   iid         shuffled, then cut into n equal slices
//   sorted      by label (file order within a label), then cut
//   origin      file order, cut
//   shards      by label, cut into n k shards, k of them for each worker at random: McMahan, Moore,
//               Ramage, Hampson, Aguera y Arcas (AISTATS 2017) with k = 2
//   dirichlet   class shares drawn from Dir(alpha): Lin, Karimireddy, Stich, Jaggi (ICML 2021), in
//               the exact form of their code (dirichlet.h)
//   replicate   every worker has all examples
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"

namespace murmur::data {

struct PartitionSettings {
  std::string name = "iid";
  double alpha = 1.0;                  // of dirichlet: small = heterogeneous
  std::int64_t shards_per_worker = 2;  // of shards
};

struct PartitionInfo {
  std::string name;
  std::string summary;
  std::string paper;                // empty: common practice
  std::vector<OptionInfo> options;  // in [data], for this partition only
  bool by_label = false;            // it needs labels
};

// All of them, in the order in which they are listed.
const std::vector<PartitionInfo>& partitions();

// What a partition may depend on: the number of examples, and their labels if they have any.
class ExampleLabels {
 public:
  explicit ExampleLabels(std::int64_t count) : count_(count) {}  // without labels
  ExampleLabels(std::vector<std::int32_t> labels)  // NOLINT(google-explicit-constructor)
      : count_(static_cast<std::int64_t>(labels.size())), labels_(std::move(labels)) {}

  std::int64_t count() const { return count_; }
  bool present() const { return !labels_.empty(); }
  std::span<const std::int32_t> values() const { return labels_; }

 private:
  std::int64_t count_;
  std::vector<std::int32_t> labels_;
};

class Partition {
 public:
  // `order`: the workers' slices one after the other, or the single slice if replicated.
  Partition(std::vector<std::int32_t> order, int workers, bool replicated);

  int workers() const { return workers_; }
  std::int64_t examples_per_worker() const { return per_worker_; }
  std::span<const std::int32_t> of(int worker) const;

 private:
  std::vector<std::int32_t> order_;
  int workers_;
  bool replicated_;
  std::int64_t per_worker_;
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
