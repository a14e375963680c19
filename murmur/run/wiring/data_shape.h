// SPDX-License-Identifier: Apache-2.0
// What has to be known of a dataset before a run is wired: its counts, and what equal shares make
// of them. The data of a dataset that is known by name need not be here; where they are, they are
// looked at.
#pragma once

#include <cstdint>

#include "murmur/data/dataset.h"
#include "murmur/run/config/config.h"
#include "murmur/run/wiring/resources.h"

namespace murmur::run {

struct DataShape {
  data::ImageShape shape{};
  std::int64_t classes = 0;
  std::int64_t training = 0;
  std::int64_t test = 0;
  std::string doubt = {};  // data::unlike_published(); empty where no data are here

  std::int64_t bytes() const { return (training + test) * (shape[0] * shape[1] * shape[2] + 1); }
};

// Throws UserError: the data are missing or damaged (exit code 3).
DataShape shape_of(const Config& config, Resources& resources);

// Of every worker, as the partition deals them out.
std::int64_t examples_per_worker(const Config& config, const DataShape& shape);

// Throws UserError where a worker has less than a batch.
std::int64_t steps_per_epoch(const Config& config, const DataShape& shape);

}  // namespace murmur::run
