// SPDX-License-Identifier: Apache-2.0
// The properties of a dataset that are needed before a run is set up: its counts, and the equal
// shares of the workers. The data of a dataset known by name need not be present; if they are, they
// are read.
#pragma once

#include <cstdint>

#include "murmur/data/training_data.h"
#include "murmur/models/example_form.h"
#include "murmur/run/config/config.h"
#include "murmur/run/wiring/resources.h"

namespace murmur::run {

struct DataShape {
  ExampleForm form{};
  std::int64_t training = 0;  // that are divided over the workers
  std::int64_t validation = 0;
  std::int64_t test = 0;
  std::int64_t bytes = 0;            // of all examples
  std::int64_t steps_by_tokens = 0;  // of an epoch, where batches have a budget of tokens
  bool found = true;                 // false: no data are there, these are the published numbers
  std::string doubt = {};            // data::unlike_published(); empty if no data are present
};

// What [data] says about the division of a dataset.
data::TrainingDataSettings division_of(const Config& config);

// Throws UserError: [data] or [loss] has what these examples do not allow.
void require_fit(const Config& config, const data::Dataset& dataset);

// Throws UserError: the data are missing or damaged (exit code 3), or do not allow what [data] has.
DataShape shape_of(const Config& config, Resources& resources);

// Training examples of each worker under the configured partition.
std::int64_t examples_per_worker(const Config& config, const DataShape& shape);

data::BatchSettings batch_settings(const Config& config);

// Throws UserError if a worker has fewer examples than one step needs.
std::int64_t steps_per_epoch(const Config& config, const DataShape& shape);

}  // namespace murmur::run
