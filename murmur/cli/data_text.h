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

// --tokens COUNT --split SPLIT: whose tokens are shown.
struct TokensRequest {
  std::int64_t count = 0;  // the first ones in the order of the file
  std::string split;       // training, validation or test
  double share = 0;        // data.validation: drawn out of training by the seed
  std::uint64_t seed = 1;
};

// Throws UserError: the dataset is no text, or has no such part.
nlohmann::ordered_json tokens_json(const data::Dataset& dataset, const TokensRequest& request);

}  // namespace murmur::cli
