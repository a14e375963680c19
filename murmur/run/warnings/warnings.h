// SPDX-License-Identifier: Apache-2.0
// Warnings about settings that have no effect or an unexpected one. train, plan, compare and solve
// give the same warnings, and so does the record of a run: all of them call warnings_of().
//
// A warning begins with the key, then says what will happen, then what to do. A default value
// causes no warning.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/program.h"
#include "murmur/run/config/config.h"
#include "murmur/run/wiring/compression.h"
#include "murmur/topology/topology.h"

namespace murmur::run {

struct Warning {
  std::string text;
  // A key that this run does not use because of its other settings, such as `data.alpha` with an
  // iid partition. A comparison omits the warning if another of its runs uses the key. Empty: the
  // warning is not about an unused key.
  std::string unused_key = {};
};

// Lengths and counts that the file alone does not determine.
struct RunExtent {
  std::int64_t steps = 0;
  std::int64_t steps_per_epoch = 1;
  std::int64_t training_examples = 0;  // that are divided; 0: there are no data (solve)
  std::int64_t validation_examples = 0;
  std::int64_t test_examples = 0;
  std::int64_t examples_per_worker = 0;
  std::int64_t parameters = 0;  // of the model
  MessageExtent messages = {};
  std::string data_doubt = {};  // data::unlike_published(); empty: as published, or no data
};

// `program`: of the configuration, with its outer step. ENSURES: a fixed order, each text once.
template <class S>
std::vector<Warning> warnings_of(const Config& config,
                                 const Program<S>& program,
                                 const std::shared_ptr<const topology::Topology>& graph,
                                 const RunExtent& extent);

std::vector<std::string> texts_of(const std::vector<Warning>& warnings);

}  // namespace murmur::run
