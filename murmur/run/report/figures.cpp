// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/figures.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "murmur/run/plot/bars.h"
#include "murmur/run/plot/class_dots.h"
#include "murmur/run/records/class_counts.h"

namespace murmur::run {
namespace {

bool finite(const Point& point) {
  return std::isfinite(point.y);
}

bool zero(const Point& point) {
  return point.y == 0;
}

double total(const RunRecord& run, const std::string& name) {
  const auto found = run.summary.totals.find(name);
  return found != run.summary.totals.end() && std::isfinite(found->second) ? found->second : 0;
}

Bar time_bar(const Group& group) {
  Bar bar{.label = group.label, .parts = {0, 0, 0, 0, 0}};
  const double share = 1.0 / static_cast<double>(group.runs.size());
  for (const RunRecord* run : group.runs) {
    const std::vector<double> known{total(*run, "time/gradient_s"),
                                    total(*run, "time/algorithm_s"),
                                    total(*run, "time/evaluation_s"),
                                    total(*run, "time/wait_s")};
    double rest = total(*run, "time/wall_s");
    for (std::size_t i = 0; i < known.size(); ++i) {
      bar.parts[i] += share * known[i];
      rest -= known[i];
    }
    bar.parts.back() += share * std::max(0.0, rest);
  }
  return bar;
}

}  // namespace

std::optional<Figure> figure_of(LineChart chart, const std::string& note) {
  std::string full_note = note;
  std::vector<std::string> zeros;
  for (const Series& series : chart.series) {
    if (chart.y.logarithmic && !series.points.empty() &&
        std::all_of(series.points.begin(), series.points.end(), zero)) {
      zeros.push_back(series.label);
    }
  }
  if (!zeros.empty()) {
    full_note +=
        fmt::format("{}{}: 0 throughout", full_note.empty() ? "" : "; ", fmt::join(zeros, ", "));
  }
  const bool any = std::any_of(chart.series.begin(), chart.series.end(), [](const Series& series) {
    return std::any_of(series.points.begin(), series.points.end(), finite);
  });
  if (!any || (chart.y.logarithmic && zeros.size() == chart.series.size())) {
    return std::nullopt;
  }
  chart.name_series = chart.name_series && chart.series.size() > 1;
  return Figure{.title = chart.title,
                .note = full_note,
                .picture_html = draw(chart),
                .numbers = numbers_of(chart)};
}

std::optional<Figure> time_figure(const std::vector<Group>& groups) {
  BarChart chart{.id = "time",
                 .title = "Where the time went",
                 .description = "Wall time of a run, put together of its parts.",
                 .unit = Unit::kSeconds,
                 .parts = {"gradients", "algorithm", "evaluation", "waiting", "the rest"}};
  NumberTable numbers{.header = {"run"}};
  numbers.header.insert(numbers.header.end(), chart.parts.begin(), chart.parts.end());
  bool any = false;
  for (const Group& group : groups) {
    if (group.runs.empty()) {
      continue;
    }
    chart.bars.push_back(time_bar(group));
    std::vector<std::string> row{group.label};
    for (const double part : chart.bars.back().parts) {
      any = any || part > 0;
      row.push_back(quantity_text(part, Unit::kSeconds));
    }
    numbers.rows.push_back(std::move(row));
  }
  if (!any) {
    return std::nullopt;
  }
  return Figure{
      .title = chart.title,
      .note = "wall time of a run; computing summed over threads, divided by their number",
      .picture_html = draw(chart),
      .numbers = std::move(numbers)};
}

Figure classes_figure(const std::string& id, const std::string& title, const ClassCounts& classes) {
  const Heterogeneity mean = heterogeneity(classes);
  NumberTable numbers{.header = {"worker"}};
  numbers.header.insert(numbers.header.end(), classes.classes.begin(), classes.classes.end());
  for (std::size_t w = 0; w < std::min(classes.counts.size(), kMostDots); ++w) {
    std::vector<std::string> row{std::to_string(w)};
    for (const std::int64_t count : classes.counts[w]) {
      row.push_back(std::to_string(count));
    }
    numbers.rows.push_back(std::move(row));
  }
  std::string note = fmt::format(
      "on average a worker's largest class is {:.0f} % of its data; {:.1f} classes in effect",
      100 * mean.largest_share,
      mean.effective_classes);
  const bool many_workers = classes.counts.size() > kMostDots;
  const bool many_classes = classes.classes.size() > kMostDots;
  if (many_workers) {
    note += fmt::format("; shown: the first {} of {} workers", kMostDots, classes.counts.size());
  }
  if (many_classes) {
    note += fmt::format("{} the first {} of {} classes",
                        many_workers ? " and" : "; shown:",
                        kMostDots,
                        classes.classes.size());
  }
  return {.title = title,
          .note = std::move(note),
          .picture_html = draw_classes(id, title, classes.classes, classes.counts),
          .numbers = std::move(numbers)};
}

std::vector<Group> all_settings(const std::vector<std::vector<Group>>& groups) {
  std::vector<Group> merged;
  for (const std::vector<Group>& setting : groups) {
    for (std::size_t m = 0; m < setting.size(); ++m) {
      if (m == merged.size()) {
        merged.push_back({.label = setting[m].label, .style = setting[m].style});
      }
      merged[m].runs.insert(merged[m].runs.end(), setting[m].runs.begin(), setting[m].runs.end());
    }
  }
  return merged;
}

namespace {

std::string batches_text(const DataConfig& data) {
  const OptionValues& options = data.dataset.options;
  return options.has("batch_tokens")
             ? fmt::format("at most {} tokens", options.integer("batch_tokens"))
             : std::to_string(data.batch_size);
}

}  // namespace

std::string sentence_of(const Config& config, std::int64_t steps) {
  const DataConfig& data = config.data;
  std::string partition = data.partition;
  if (partition == "dirichlet") {
    partition = fmt::format("dirichlet (alpha = {})", data.alpha);
  }
  std::string rates;
  if (config.algorithm.learning_rate.size() == 1) {
    rates = fmt::format(" with learning rate {}", config.algorithm.learning_rate.front());
  }
  std::string outer = config.outer
                          ? fmt::format(" and the outer step {}", config.outer->choice.name)
                          : std::string();
  if (config.participation.share < 1) {
    outer += fmt::format(" over a share of {}", config.participation.share);
  }
  if (config.compression && config.compression->choice.name != "none") {
    outer += fmt::format(", messages encoded by {},", config.compression->choice.name);
  }
  const std::string accumulated = config.gradient.accumulate > 1
                                      ? fmt::format(", {} in a step", config.gradient.accumulate)
                                      : std::string();
  return fmt::format(
      "{}{}{} on {} {}, topology {}; {} with the partition {}, batches of {}{}; model {}; {} "
      "steps; "
      "seed {}.",
      config.algorithm.choice.name,
      rates,
      outer,
      config.workers,
      config.workers == 1 ? "worker" : "workers",
      config.topology.choice.name,
      data.dataset.name,
      partition,
      batches_text(data),
      accumulated,
      config.model.name,
      steps,
      config.seed);
}

}  // namespace murmur::run
