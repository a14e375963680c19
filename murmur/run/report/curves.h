// SPDX-License-Identifier: Apache-2.0
// Lines of metrics -> curves: the mean over seeds, with one standard deviation on either side.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/plot/line_chart.h"
#include "murmur/run/records/run_record.h"
#include "murmur/run/report/page.h"

namespace murmur::run {

// Runs that differ in their seeds alone.
struct Group {
  std::string label = {};
  int style = 0;
  std::vector<const RunRecord*> runs = {};
};

// What a curve runs along: "epoch", "step" or a metric that grows ("comm/bytes_sent").
// The curve ends where the first of its runs diverged, and is then marked as broken.
Series curve(const Group& group, const std::string& x, const std::string& y);

// The same with the band from other metrics of the line: y - spread .. y + spread.
Series curve_with_spread(const RunRecord& run,
                         const std::string& x,
                         const std::string& y,
                         const std::string& spread);

// "epoch" where the runs are an epoch or longer, "step" else.
std::string time_axis(const std::vector<Group>& groups);
Axis axis_of(const std::string& metric);
Axis from_zero(const std::string& metric);

// The evaluations of all series as a table: one row per x, one column per series, at most 60 rows.
NumberTable numbers_of(const LineChart& chart);

// From where the y axis of a rising curve shows it: what lies in the first fifth of the axis may
// fall below, so that the differences at the end can be seen.
std::optional<double> low_end(const std::vector<Series>& series);

// A curve of more evaluations than this has means of neighbours as its points.
inline constexpr std::size_t kMostPoints = 240;
// "Each point is ...", where one of the runs has more evaluations than fit into a curve; or
// nothing.
std::string means_text(const std::vector<const RunRecord*>& runs);

// Means of neighbours, so that at most `most` points are left; the last one stays.
std::vector<Point> thinned(const std::vector<Point>& points, std::size_t most);

}  // namespace murmur::run
