// SPDX-License-Identifier: Apache-2.0
// What a configuration says that will not happen, or not as one would expect. train, plan, compare
// and solve say the same: all of them ask warnings_of(), and so does the record of a run.
//
// A warning begins with the key, says what will happen and then what to do. A value that is its
// default is no subject of a warning.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/program.h"
#include "murmur/run/config/config.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

struct Warning {
  std::string text;
  // A key that this run does not use because of what else it chose, as `data.alpha` of an iid
  // partition. A comparison is silent where another of its runs uses the key. Empty: not of that
  // kind.
  std::string unused_key = {};
};

// Lengths and counts that the file alone does not say.
struct RunExtent {
  std::int64_t steps = 0;
  std::int64_t steps_per_epoch = 1;
  std::int64_t training_examples = 0;  // 0: there are no data (solve)
  std::int64_t test_examples = 0;
  std::int64_t examples_per_worker = 0;
  std::int64_t parameters = 0;  // of the model
  std::string data_doubt = {};  // data::unlike_published(); empty: as published, or not here
};

// `program` is that of the configuration, with its outer step. In a fixed order, each text once.
template <class S>
std::vector<Warning> warnings_of(const Config& config,
                                 const Program<S>& program,
                                 const std::shared_ptr<const topology::Topology>& graph,
                                 const RunExtent& extent);

std::vector<std::string> texts_of(const std::vector<Warning>& warnings);

}  // namespace murmur::run
