// SPDX-License-Identifier: Apache-2.0
// The parts of reading a configuration that config_read.cpp and config_read_training.cpp share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "murmur/run/config/catalog.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/document.h"
#include "murmur/run/config/table_reader.h"

namespace murmur::run {

// `name`. REQUIRES: the table was asked for every key beside those of the kind. Unknown keys and
// those of other names are reported here, so before any that is missing.
std::string read_name(TableReader& table, const Kind& kind);

// `name` and the options of that name, with the same conditions.
Choice read_choice(TableReader& table, const Kind& kind);

// "'dsgd' does not have it; it is an option of ...", or nothing.
std::string others_option(const Kind& kind, const std::string& name, const std::string& key);

// `seed` of a table of its own; by default the run's.
std::uint64_t read_seed(TableReader& table, std::uint64_t fallback);

// [outer], if it is there.
std::optional<OuterConfig> read_outer(const Document& document, Purpose purpose);

// [cluster]; none: there is no such table.
std::optional<timing::Cluster> read_cluster(const Document& document, std::int64_t workers);

// [data], [model], [schedule], [evaluation], [checkpoint], [output].
void read_training(const Document& document, Config& config);

}  // namespace murmur::run
