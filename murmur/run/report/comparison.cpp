// SPDX-License-Identifier: Apache-2.0
// The report of a comparison: the table, the curves of every setting, data, graphs, and how to
// repeat it.
#include <algorithm>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "murmur/files/atomic_file.h"
#include "murmur/run/compare/result.h"
#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/run_record.h"
#include "murmur/run/records/words.h"
#include "murmur/run/report/comparison_text.h"
#include "murmur/run/report/curves.h"
#include "murmur/run/report/figures.h"
#include "murmur/run/report/page.h"
#include "murmur/run/report/report.h"
#include "murmur/run/report/results.h"
#include "murmur/run/text/html.h"
#include "murmur/run/text/nesting.h"

namespace murmur::run {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

// A comparison with the records read from the folders of its runs.
struct Grid {
  Comparison comparison;
  std::vector<std::unique_ptr<RunRecord>> records = {};
  std::vector<std::vector<Group>> groups = {};  // [setting][method]
};

Result<Grid> read_grid(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "comparison.json";
  const auto text = files::read_file(file, kMostBytes);
  if (!text) {
    return text.failure();
  }
  const auto json = nlohmann::ordered_json::parse(shallow_json(text.value()), nullptr, false);
  auto comparison = comparison_from_json(json);
  if (!comparison) {
    return comparison.failure().in(fmt::format("'{}' cannot be read", file.string()));
  }
  Grid grid{.comparison = std::move(comparison).value()};
  for (std::size_t s = 0; s < grid.comparison.settings.size(); ++s) {
    grid.groups.emplace_back();
    for (std::size_t m = 0; m < grid.comparison.methods.size(); ++m) {
      Group group{.label = grid.comparison.methods[m].label, .style = static_cast<int>(m)};
      for (const CellRun& run : grid.comparison.cells[m][s].runs) {
        auto record = read_run(folder / run.folder);
        if (!record) {
          return record.failure();
        }
        grid.records.push_back(std::make_unique<RunRecord>(std::move(record).value()));
        group.runs.push_back(grid.records.back().get());
      }
      grid.groups.back().push_back(std::move(group));
    }
  }
  return grid;
}

// The content of a row of figures: one figure per setting.
struct Panel {
  std::string id;
  std::string x;  // "" for the time axis
  std::string y;
  bool logarithmic = false;
  bool rising = false;  // the beginning of the curves may lie below the axis
};

std::vector<Figure> panel_figures(const Grid& grid, const Panel& panel) {
  std::vector<Figure> figures;
  for (std::size_t s = 0; s < grid.groups.size(); ++s) {
    const std::string x = panel.x.empty() ? time_axis(grid.groups[s]) : panel.x;
    LineChart chart{.id = fmt::format("{}-{}", panel.id, s),
                    .title = grid.comparison.settings[s].label,
                    .description = fmt::format("{} of every method against {}, {}.",
                                               words_of(panel.y),
                                               words_of(x),
                                               grid.comparison.settings[s].label),
                    .x = from_zero(x),
                    .y = axis_of(panel.y)};
    chart.y.logarithmic = panel.logarithmic;
    for (const Group& group : grid.groups[s]) {
      Series series = curve(group, x, panel.y);
      if (!series.points.empty()) {
        chart.series.push_back(std::move(series));
      }
    }
    if (panel.rising) {
      chart.y.low = low_end(chart.series);
    }
    if (auto figure = figure_of(std::move(chart), "")) {
      figures.push_back(std::move(*figure));
    }
  }
  return figures;
}

bool has_virtual_time(const Grid& grid) {
  return std::any_of(grid.records.begin(), grid.records.end(), [](const auto& record) {
    return record->config.cluster.has_value();
  });
}

// What the runs are scored by.
std::string main_metric_of(const Grid& grid) {
  for (const auto& record : grid.records) {
    const Measure* measure = main_measure(record->summary.final);
    if (measure != nullptr) {
      return measure->main_metric();
    }
  }
  return measures().front().main_metric();
}

std::string curves_html(const Grid& grid) {
  const std::string& metric = grid.comparison.metric;
  std::string score = is_score(metric) ? metric : main_metric_of(grid);
  const bool validated = std::any_of(grid.records.begin(), grid.records.end(), [](const auto& run) {
    return validated_alone(run->config);
  });
  score = validated ? validation_name(score) : score;
  const bool rising = !lower_is_better(score);
  const std::string bands = grid.comparison.seeds.size() > 1
                                ? fmt::format(
                                      "Means over {} seeds; bands: one standard deviation. "
                                      "A cross marks where the first of a method's runs diverged.",
                                      grid.comparison.seeds.size())
                                : "A cross marks where a run diverged.";
  std::vector<const RunRecord*> records;
  for (const auto& record : grid.records) {
    records.push_back(record.get());
  }
  const std::string means = means_text(records);
  const auto section = [&](const std::string& title, const std::string& words, const Panel& panel) {
    const std::string both = words.empty() || means.empty() ? words + means : words + " " + means;
    return section_html(title, both, figures_html(panel_figures(grid, panel)));
  };
  const std::string name = words_of(score);
  std::string out = section(static_cast<char>(std::toupper(name.front())) + name.substr(1),
                            bands,
                            {.id = "score", .x = "", .y = score, .rising = rising});
  out += section("The same against bytes sent",
                 "Payload of all workers: what a method pays for its curve.",
                 {.id = "bytes", .x = "comm/bytes_sent", .y = score, .rising = rising});
  if (has_virtual_time(grid)) {
    out += section("The same against virtual time",
                   "When the cluster that the configuration describes would have come so far.",
                   {.id = "virtual", .x = "time/virtual_s", .y = score, .rising = rising});
  }
  out +=
      section("Training loss", "", {.id = "loss", .x = "", .y = "train/loss", .logarithmic = true});
  out += section("Consensus distance",
                 "Root mean square over workers of the distance to the mean model.",
                 {.id = "consensus", .x = "", .y = "consensus/distance", .logarithmic = true});
  return out;
}

// The first run of a setting; its data and graph represent the setting's.
const RunRecord* first_run(const Grid& grid, std::size_t setting) {
  for (const Group& group : grid.groups[setting]) {
    if (!group.runs.empty()) {
      return group.runs.front();
    }
  }
  return nullptr;
}

// One run per distinct data (or graph), with the labels of all settings that share it.
template <class Same>
std::vector<std::pair<const RunRecord*, std::string>> distinct(const Grid& grid, const Same& same) {
  std::vector<std::pair<const RunRecord*, std::string>> found;
  for (std::size_t s = 0; s < grid.groups.size(); ++s) {
    const RunRecord* run = first_run(grid, s);
    if (run == nullptr) {
      continue;
    }
    const auto known = std::find_if(
        found.begin(), found.end(), [&](const auto& entry) { return same(*entry.first, *run); });
    if (known == found.end()) {
      found.emplace_back(run, grid.comparison.settings[s].label);
    } else {
      known->second += "; " + grid.comparison.settings[s].label;
    }
  }
  return found;
}

std::string data_html(const Grid& grid) {
  std::vector<Figure> figures;
  for (const auto& [run, label] : distinct(
           grid, [](const RunRecord&a, const RunRecord&b) { return a.classes == b.classes; })) {
    if (run->classes) {
      figures.push_back(
          classes_figure(fmt::format("classes-{}", figures.size()), label, *run->classes));
    }
  }
  return section_html(
      "Who has which examples",
      fmt::format("The partition of seed {}. A dot's area is the number of examples.",
                  grid.comparison.seeds.front()),
      figures_html(figures));
}

std::string graphs_html(const Grid& grid) {
  std::vector<Figure> figures;
  for (const auto& [run, label] : distinct(grid, same_topology)) {
    if (auto figure = topology_figure(fmt::format("graph-{}", figures.size()), run->config)) {
      figure->note = label + (figure->note.empty() ? "" : ": " + figure->note);
      figures.push_back(std::move(*figure));
    }
  }
  if (auto times = time_figure(all_settings(grid.groups))) {
    figures.push_back(std::move(*times));
  }
  return section_html("Graph and time", "", figures_html(figures));
}

std::string again_html(const Grid& grid, const std::filesystem::path& folder) {
  std::string body = code_html(grid.comparison.command);
  if (const auto config = files::read_file(folder / "comparison.toml", kMostBytes)) {
    body += folded_html("comparison.toml", code_html(config.value()), true);
  }
  const RunRecord* run = first_run(grid, 0);
  if (run != nullptr) {
    NumberTable versions{.header = {"what", "version"}};
    for (const auto& [name, version] : run->summary.versions) {
      versions.rows.push_back({name, version});
    }
    body += table_html(versions, "plain");
  }
  return section_html("To make it again", "", body);
}

}  // namespace

Result<std::string> comparison_report(const std::filesystem::path& folder) {
  auto read = read_grid(folder);
  if (!read) {
    return read.failure();
  }
  const Grid& grid = read.value();
  const RunRecord* run = grid.groups.empty() ? nullptr : first_run(grid, 0);
  std::string lead = caption(grid.comparison) + ".";
  if (run != nullptr) {
    lead += fmt::format(" {} workers, {}, model {}, {} steps.",
                        run->config.workers,
                        run->config.data.dataset.name,
                        run->config.model.name,
                        run->summary.steps);
  }
  if (run != nullptr) {
    const std::string scored = scored_text(run->config, run->summary.data);
    lead += scored.empty() ? "" : " " + scored;
  }
  return page_html(grid.comparison.name,
                   "<p>" + escape_html(lead) + "</p>" + warnings_html(grid.comparison.warnings),
                   results_html(grid.comparison) + curves_html(grid) +
                       section_html("Details of the table", "", details_html(grid.comparison)) +
                       data_html(grid) + graphs_html(grid) + again_html(grid, folder));
}

}  // namespace murmur::run
