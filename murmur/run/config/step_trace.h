// SPDX-License-Identifier: Apache-2.0
// cluster.trace: measured durations of gradient steps in seconds, one column for all workers or one
// per worker. Either the path of a CSV file, relative to the current directory, or the columns
// themselves, as a resolved configuration has them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/run/config/table_reader.h"

namespace murmur::run {

using Columns = std::vector<std::vector<double>>;

// Throws UserError.
Columns read_step_trace(const Document& document, TableReader& cluster, std::int64_t workers);

// Parses lines of comma-separated numbers. A first line of names, empty lines and lines that begin
// with # are skipped.
Result<Columns> columns_of_csv(std::string_view text);

}  // namespace murmur::run
