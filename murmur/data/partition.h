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
};

// All of them, in the order in which they are listed.
const std::vector<PartitionInfo>& partitions();

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

// kInvalid: the name is unknown, there are fewer examples than workers (or shards), or no draw of
// the Dirichlet procedure was acceptable.
Result<Partition> make_partition(std::span<const std::uint8_t> labels,
                                 int workers,
                                 const PartitionSettings& settings,
                                 std::uint64_t seed);

}  // namespace murmur::data
