// SPDX-License-Identifier: Apache-2.0
// The figures that the report of a run and of a comparison have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "murmur/run/plot/line_chart.h"
#include "murmur/run/report/curves.h"
#include "murmur/run/report/page.h"

namespace murmur::run {

// None if no series has a value that can be drawn. Series that are 0 throughout cannot be drawn on
// a logarithmic axis: the note names them.
std::optional<Figure> figure_of(LineChart chart, const std::string& note);

// How the wall time is spent, one bar per group: means over its runs.
std::optional<Figure> time_figure(const std::vector<Group>& groups);

Figure classes_figure(const std::string& id, const std::string& title, const ClassCounts& classes);

// Groups [setting][method] -> one per method, with the runs of all settings.
std::vector<Group> all_settings(const std::vector<std::vector<Group>>& groups);

// Whether two runs have the same graph.
bool same_topology(const RunRecord& a, const RunRecord& b);

// None if the topology cannot be constructed (the run is of another version) or is too large to be
// drawn.
std::optional<Figure> topology_figure(const std::string& id, const Config& config);

// "qg-dsgdm-n on a ring of 16 workers; ...".
std::string sentence_of(const Config& config, std::int64_t steps);

}  // namespace murmur::run
