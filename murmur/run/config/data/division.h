// SPDX-License-Identifier: Apache-2.0
// The keys of [data] that say who gets how much, and whose examples belong together:
//
//   amounts          "equal", "drawn" or a list of shares, one per worker
//   by               of partition "natural": a grouping of the examples
//   partition_file   of partition "file"
//   objective        "workers": (1 / n) sum f_i, or "examples": sum (N_i / N) f_i
#pragma once

#include <cstdint>

#include "murmur/run/config/config.h"
#include "murmur/run/config/table_reader.h"
#include "murmur/run/config/writer.h"

namespace murmur::run {

// `table`: [data]. REQUIRES: data.partition is read. Throws UserError.
void read_division(TableReader& table, std::int64_t workers, DataConfig& data);

// Those keys that are not at the default of their partition.
void write_division(const DataConfig& data, Writer& out);

}  // namespace murmur::run
