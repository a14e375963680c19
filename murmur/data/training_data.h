// SPDX-License-Identifier: Apache-2.0
// A dataset divided over workers and into batches: all that a supervised problem and a report need
// to know about data.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/batches.h"
#include "murmur/data/dataset.h"
#include "murmur/data/partition.h"

namespace murmur::data {

struct TrainingDataSettings {
  int workers = 1;
  PartitionSettings partition;
  BatchSettings batches;  // its seed is also that of the partition and of the augmentation
  bool augment = false;
};

struct TrainingData {
  std::shared_ptr<const Dataset> dataset;
  std::shared_ptr<const Partition> partition;
  std::shared_ptr<const Batches> batches;
  TrainingDataSettings settings;
};

// kInvalid: the partition is impossible, or a worker has less than one batch.
Result<TrainingData> divide(std::shared_ptr<const Dataset> dataset,
                            const TrainingDataSettings& settings);

// counts[worker][label]: how many training examples of each class a worker has.
std::vector<std::vector<std::int64_t>> class_counts(const TrainingData& data);

// For people: "Fashion-MNIST ...: 60000 training and 10000 test images of 1 x 28 x 28, ...".
std::string describe(const TrainingData& data);

}  // namespace murmur::data
