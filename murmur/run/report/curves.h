// SPDX-License-Identifier: Apache-2.0
// Lines of metrics -> curves: the mean over seeds, with one standard deviation on either side.
#pragma once

#include <string>
#include <vector>

#include "murmur/run/plot/line_chart.h"
#include "murmur/run/records/run_record.h"
#include "murmur/run/report/page.h"

namespace murmur::run {

// Runs that differ only in their seeds.
struct Group {
  std::string label = {};
  int style = 0;
  std::vector<const RunRecord*> runs = {};
};

// `x`: "epoch", "step" or a metric that grows ("comm/bytes_sent"). The curve ends where the first
// of its runs diverged, and is then marked as broken.
Series curve(const Group& group, const std::string& x, const std::string& y);

// The same with a band from another metric of the line: y - spread .. y + spread.
Series curve_with_spread(const RunRecord& run,
                         const std::string& x,
                         const std::string& y,
                         const std::string& spread);

// "epoch" if a run has an epoch or more, otherwise "step".
std::string time_axis(const std::vector<Group>& groups);
Axis axis_of(const std::string& metric);
Axis from_zero(const std::string& metric);

// The evaluations of all series as a table: one row per x, one column per series, at most 60 rows.
NumberTable numbers_of(const LineChart& chart);

// Lower end of the y axis of rising curves: values in the first fifth of the x axis may lie below
// it, so that the differences at the end can be seen. None: the axis starts at the data.
std::optional<double> low_end(const std::vector<Series>& series);

// A curve with more evaluations than this shows means of neighboring evaluations as its points.
inline constexpr std::size_t kMostPoints = 240;
// "Each point is ..." if one of the runs has more evaluations than fit into a curve; otherwise
// empty.
std::string means_text(const std::vector<const RunRecord*>& runs);

// Means of neighboring points, so that at most `most` points are left; the last point stays.
std::vector<Point> thinned(const std::vector<Point>& points, std::size_t most);

}  // namespace murmur::run
