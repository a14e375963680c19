// SPDX-License-Identifier: Apache-2.0
// cluster.trace: measured seconds of gradient steps, a column for all workers or one each. Either a
// CSV file, looked for beside the configuration, or the columns themselves, which is how a resolved
// configuration keeps them.
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

// Lines of numbers between commas; a first line of names, empty lines and lines that begin with #
// are passed over.
Result<Columns> columns_of_csv(std::string_view text);

}  // namespace murmur::run
