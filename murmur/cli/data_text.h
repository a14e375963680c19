// SPDX-License-Identifier: Apache-2.0
// What `murmur data` says of texts beyond where they are.
#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json.hpp>

#include "murmur/data/dataset.h"

namespace murmur::cli {

// The key "text", for --json.
nlohmann::ordered_json text_json(const data::Dataset& dataset);
void print_text(const data::Dataset& dataset);

// --tokens COUNT --split SPLIT: the tokens of the first examples. Throws UserError: the dataset is
// no text.
nlohmann::ordered_json tokens_json(const data::Dataset& dataset,
                                   const std::string& split,
                                   std::int64_t count);

}  // namespace murmur::cli
