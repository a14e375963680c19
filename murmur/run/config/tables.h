// SPDX-License-Identifier: Apache-2.0
// What the source files that read the tables of a configuration share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "murmur/run/config/catalog.h"
#include "murmur/run/config/config.h"
#include "murmur/run/config/document.h"
#include "murmur/run/config/table_reader.h"

namespace murmur::run {

// Reads `name`. REQUIRES: every key other than those of the kind was requested from `table`.
// Reports unknown keys and keys of other names, so that these errors precede those of missing keys.
std::string read_name(TableReader& table, const Kind& kind);

// Reads `name` and the options of that name. REQUIRES: as read_name().
Choice read_choice(TableReader& table, const Kind& kind);
// The options that the name takes in this table.
std::vector<OptionInfo> options_of(TableReader& table, const Kind& kind, const std::string& name);

// "'dsgd' does not have it; it is an option of ...", or empty if no name has it.
std::string others_option(const Kind& kind, const std::string& name, const std::string& key);

// Reads `seed` of a table that has its own; default: `fallback`, the run's seed.
std::uint64_t read_seed(TableReader& table, std::uint64_t fallback);

// Reads [[algorithm.group]].
std::vector<GroupConfig> read_groups(TableReader& algorithm);

// Reads [gradient].
GradientConfig read_gradient(const Document& document);
// Reads [compression], behind [algorithm] and [outer]; none: there is no such table.
std::optional<CompressionConfig> read_compression(const Document& document, const Config& config);

// The form of `ef-sgd`, whose default is another with factors.
void settle_form(const Document& document, Config& config);

// Reads [outer]; none: there is no such table.
std::optional<OuterConfig> read_outer(const Document& document, Purpose purpose);

// Reads [participation]. REQUIRES: the algorithm and the outer step of `config` are read.
ParticipationConfig read_participation(const Document& document, const Config& config);

// Reads [cluster]; none: there is no such table.
std::optional<timing::Cluster> read_cluster(const Document& document, std::int64_t workers);

// A length given as NAME_epochs or NAME_steps; with kPositive at least one step. None: neither is
// given.
std::optional<Span> read_span(TableReader& table, const std::string& name, const Bounds& bounds);
// Reads [evaluation].
void read_evaluation(const Document& document, Config& config);

// Reads [data], [model] (none of an own task), [schedule], [evaluation], [checkpoint], [output],
// [processes], [cluster].
void read_training(const Document& document, Config& config);

}  // namespace murmur::run
