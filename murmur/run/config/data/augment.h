// SPDX-License-Identifier: Apache-2.0
// data.augment: true (the dataset's usual transforms), false (none), or a list of names and of
// tables with options, as in ["flip", { name = "crop", padding = 4 }].
#pragma once

#include <string>
#include <vector>

#include "murmur/run/config/config.h"
#include "murmur/run/config/table_reader.h"

namespace murmur::run {

// `table`: [data]; `dataset`: its name. Throws UserError.
std::vector<data::TransformChoice> read_augment(const Document& document,
                                                TableReader& table,
                                                const std::string& dataset);

// The value in TOML: true for the usual list, false for an empty one.
std::string augment_toml(const DataConfig& data);

}  // namespace murmur::run
