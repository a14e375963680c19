// SPDX-License-Identifier: Apache-2.0
// What is in a dataset, and who would get what: for `murmur data NAME`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "murmur/run/config/config.h"

namespace murmur::run {

// The examples of one worker.
struct WorkerView {
  std::int64_t examples = 0;
  std::int64_t batches = 0;            // in its epoch, with a budget of tokens; else 0
  std::vector<std::int64_t> of_class;  // empty: the data have no classes
};

struct DataView {
  std::vector<std::string> classes = {};
  std::vector<std::int64_t> training = {};  // examples per class
  std::vector<std::int64_t> test = {};
  std::int64_t validation = 0;           // examples that are set aside
  std::vector<WorkerView> workers = {};  // empty: no number of workers was given
};

// The configuration of a run that has these data and otherwise the simplest of everything. `set`:
// keys of [data], with or without "data.", and `workers`. Throws UserError.
Config data_config(const std::string& dataset, const std::vector<std::string>& set);

// Reads the data of a configuration. `divided`: also who has what. Throws UserError.
DataView view_data(const Config& config, bool divided);

std::string to_text(const DataView& view);
nlohmann::ordered_json to_json(const DataView& view);

}  // namespace murmur::run
