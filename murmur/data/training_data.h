// SPDX-License-Identifier: Apache-2.0
// A dataset divided over workers and into batches: everything about data that a supervised problem
// and a report need.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/data/batches.h"
#include "murmur/data/dataset.h"
#include "murmur/data/division/validation.h"
#include "murmur/data/partition.h"
#include "murmur/data/transforms/transform.h"

namespace murmur::data {

struct TrainingDataSettings {
  int workers = 1;
  PartitionSettings partition;
  BatchSettings batches;  // the seed is also that of the partition and the augmentation
  std::vector<TransformChoice> augment = {};  // of the training examples
  int threads = 0;                            // that read files of images ahead; 0: none does
  ValidationSettings validation = {};
  bool own_test = false;  // workers have parts of the test set, too
};

// The examples on which models are validated.
struct Validation {
  Part part = Part::kTraining;              // of which they are
  std::vector<std::int32_t> examples = {};  // in the order of the file; none: there is no such set
};

struct TrainingData {
  std::shared_ptr<const Dataset> dataset;
  std::shared_ptr<const Partition> partition;  // of the training examples not set aside
  std::int64_t training_examples = 0;          // that are divided
  Validation validation;
  std::vector<std::vector<std::int32_t>> own_test;  // test examples of each worker; empty: none
  std::shared_ptr<const Batches> batches;
  TrainingDataSettings settings;
};

// "5 training examples, fewer than data.batch_size = 8": of a worker that has none of steps.
std::string too_few(std::int64_t examples, const BatchSettings& batches);

// kInvalid: a transform needs images and the examples are none, or a partition needs labels and
// they have none.
Status check_fit(const Dataset& dataset, const TrainingDataSettings& settings);

// kInvalid: as for check_fit(), there is no such validation set, the partition is impossible, or a
// worker has less than a step needs.
Result<TrainingData> divide(std::shared_ptr<const Dataset> dataset,
                            const TrainingDataSettings& settings);

// counts[worker][label]: number of training examples of each class on a worker; empty without
// labels.
std::vector<std::vector<std::int64_t>> class_counts(const TrainingData& data);

// A description: "Fashion-MNIST ...: 60000 training and 10000 test images of 1 x 28 x 28, ...".
std::string describe(const TrainingData& data);

}  // namespace murmur::data
