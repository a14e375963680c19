// SPDX-License-Identifier: Apache-2.0
// The keys of [data] that belong to the dataset: its options, and its lists of texts such as
// train = ["a.txt", "b.txt"]. A list may be written as one text, whose lines are the texts; the
// resolved configuration has that form.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/config/config.h"
#include "murmur/run/config/table_reader.h"

namespace murmur::run {

// Reads `name`, the options and the lists into data.dataset. Paths become absolute.
// REQUIRES: every other key was requested from `table`. Throws UserError.
void read_dataset_keys(TableReader& table, DataConfig& data);

// The same from --set alone, for a command without a file: keys of [data], with or without "data.";
// none of them is required, and keys of others are ignored. Throws UserError.
DataConfig read_dataset_keys(const std::string& dataset,
                             const std::vector<std::string>& assignments);

// A relative path starts at the current directory. The resolved configuration has the absolute
// path, so that it can be run from any directory.
std::string absolute_path(const std::string& text);

}  // namespace murmur::run
