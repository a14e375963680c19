// SPDX-License-Identifier: Apache-2.0
// The report of one run: configuration, results, data and graph, and how to repeat it.
#include <algorithm>
#include <cctype>
#include <cmath>

#include <fmt/format.h>

#include "murmur/run/records/metric_table.h"
#include "murmur/run/records/run_record.h"
#include "murmur/run/records/words.h"
#include "murmur/run/report/curves.h"
#include "murmur/run/report/figures.h"
#include "murmur/run/report/page.h"
#include "murmur/run/report/report.h"
#include "murmur/run/text/html.h"

namespace murmur::run {
namespace {

std::optional<double> find(const Metrics& metrics, const std::string& name) {
  const auto found = metrics.find(name);
  return found == metrics.end() ? std::nullopt : std::optional<double>(found->second);
}

std::string status_html(const Summary& summary) {
  if (summary.status == "finished" || summary.status.empty()) {
    return {};
  }
  std::string text = summary.status;
  if (text == "diverged") {
    text += fmt::format(": a value became non-finite after step {}", summary.steps);
  } else {
    text += fmt::format(" after step {}; --resume continues it", summary.steps);
  }
  return "<p><span class=\"status\">" + escape_html(text) + "</span></p>";
}

void add_metric(std::vector<Fact>& facts, const Summary& summary, const std::string& metric) {
  const auto value = find(summary.final, metric);
  if (!value) {
    return;
  }
  Fact fact{.name = words_of(metric), .value = quantity_text(*value, unit_of(metric))};
  const auto best = summary.best.find(metric);
  if (best != summary.best.end() && best->second.value != *value) {
    fact.note = fmt::format("best {} after step {}",
                            quantity_text(best->second.value, unit_of(metric)),
                            best->second.step);
  }
  facts.push_back(std::move(fact));
}

// What the run is scored by: accuracy, if it has no scores.
const Measure& measure_of(const RunRecord& run) {
  const Measure* measure =
      run.lines.empty() ? nullptr : main_score(run.lines.back().values).measure;
  return measure == nullptr ? measures().front() : *measure;
}

// "Accuracy".
std::string title_of(const Measure& measure) {
  std::string title = measure.words;
  title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
  return title;
}

std::vector<Fact> facts_of(const RunRecord& run) {
  std::vector<Fact> facts;
  const Measure& measure = measure_of(run);
  for (const std::string& metric : {measure.main_metric(),
                                    measure.metric("_averaged"),
                                    measure.worst_metric(),
                                    validation_name(measure.main_metric()),
                                    std::string("eval/loss_local_mean"),
                                    std::string("train/loss"),
                                    std::string("consensus/distance")}) {
    add_metric(facts, run.summary, metric);
  }
  const Metrics& totals = run.summary.totals;
  if (const auto bytes = find(totals, "comm/bytes_sent")) {
    const double workers = static_cast<double>(std::max<std::int64_t>(run.summary.workers, 1));
    facts.push_back({"bytes sent",
                     quantity_text(*bytes, Unit::kBytes),
                     quantity_text(*bytes / workers, Unit::kBytes) + " per worker"});
  }
  if (const auto wall = find(totals, "time/wall_s")) {
    const double steps = static_cast<double>(std::max<std::int64_t>(run.summary.steps, 1));
    facts.push_back({"wall time",
                     quantity_text(*wall, Unit::kSeconds),
                     quantity_text(*wall / steps, Unit::kSeconds) + " per step"});
  }
  if (run.config.cluster) {
    const auto step = find(totals, "time/virtual_step_s");
    facts.push_back({"virtual time",
                     quantity_text(find(totals, "time/virtual_s").value_or(0), Unit::kSeconds),
                     step ? quantity_text(*step, Unit::kSeconds) + " per step" : std::string()});
  }
  if (run.summary.peak_memory_bytes > 0) {
    facts.push_back(
        {"peak memory",
         quantity_text(static_cast<double>(run.summary.peak_memory_bytes), Unit::kBytes),
         fmt::format("{} parameters per model", run.summary.parameters)});
  }
  return facts;
}

// The metric on the set on which the run was scored all along: its curve.
std::string on_scored(const RunRecord& run, const std::string& metric) {
  return validated_alone(run.config) ? validation_name(metric) : metric;
}

// Curves of several metrics of one run in one chart; metrics that were not measured are left out.
std::optional<Figure> chart_of(const RunRecord& run,
                               LineChart chart,
                               const std::string& note,
                               const std::vector<std::pair<std::string, std::string>>& metrics) {
  const std::string x = time_axis({{.label = "", .runs = {&run}}});
  chart.x = from_zero(x);
  for (const auto& [metric, label] : metrics) {
    const int style = static_cast<int>(chart.series.size());
    const Measure& measure = measure_of(run);
    const std::string spread = on_scored(run, measure.metric("_local_std"));
    Series series = metric == on_scored(run, measure.main_metric()) && measure.has_spread
                        ? curve_with_spread(run, x, metric, spread)
                        : curve({.label = label, .runs = {&run}}, x, metric);
    series.label = label;
    series.style = style;
    if (!series.points.empty()) {
      chart.series.push_back(std::move(series));
    }
  }
  return figure_of(std::move(chart), note);
}

// "band: ..." for a curve of local models, with the workers that it covers.
std::string band_note(const RunRecord& run) {
  const std::string workers = scored_workers_of(run.config);
  return "band: one standard deviation over " + (workers.empty() ? "workers" : workers);
}

std::vector<Figure> curves_of(const RunRecord& run) {
  const bool validated = validated_alone(run.config);
  const std::string test = test_set_of(run.config, run.summary.data);
  const std::string scored = validated ? "the validation set" : test;
  const Measure& measure = measure_of(run);
  const auto on = [&](const std::string& name) { return on_scored(run, name); };
  const std::string metric = on(measure.main_metric());
  const std::string other = validated ? measure.main_metric() : validation_name(metric);
  const Axis axis{measure.words, unit_of(metric)};
  const std::string title = title_of(measure) + " on " + scored;
  const std::string over_bytes = title_of(measure) + " against bytes sent";
  const std::string over_time = title_of(measure) + " against virtual time";
  const auto chart = [](const char* id, const char* title, Axis y) {
    return LineChart{.id = id, .title = title, .description = title, .x = {}, .y = std::move(y)};
  };
  std::vector<std::optional<Figure>> figures{
      chart_of(run,
               chart(measure.name.c_str(), title.c_str(), axis),
               band_note(run),
               {{metric, "local mean"},
                {on(measure.metric("_averaged")), "averaged"},
                {on(measure.worst_metric()), "worst local"},
                {other, validated ? "test, local mean" : "validation, local mean"}}),
      chart_of(run,
               chart("loss", "Loss", {"loss"}),
               test == "the test set" ? "" : "test: " + test,
               {{"train/loss", "training"},
                {"eval/loss_local_mean", "test, local mean"},
                {"eval/loss_averaged", "test, averaged"},
                {"validation/loss_local_mean", "validation, local mean"},
                {"validation/loss_averaged", "validation, averaged"}}),
      chart_of(run,
               chart("consensus", "Consensus distance", {"distance", Unit::kNumber, true}),
               "root mean square over workers of the distance to the mean model",
               {{"consensus/distance", "distance"}}),
      chart_of(run, chart("rate", "Learning rate", {"learning rate"}), "", {{"train/lr", "rate"}})};
  LineChart bytes = chart("bytes", over_bytes.c_str(), axis);
  bytes.x = from_zero("comm/bytes_sent");
  bytes.series = {curve({.label = "local mean", .runs = {&run}}, "comm/bytes_sent", metric)};
  figures.insert(figures.begin() + 3, figure_of(std::move(bytes), "payload, all workers"));
  if (run.config.cluster) {
    LineChart time = chart("virtual", over_time.c_str(), axis);
    time.x = from_zero("time/virtual_s");
    time.series = {curve({.label = "local mean", .runs = {&run}}, "time/virtual_s", metric)};
    figures.push_back(figure_of(std::move(time), "on the cluster that [cluster] describes"));
  }
  figures.push_back(time_figure({{.label = "this run", .runs = {&run}}}));
  std::vector<Figure> shown;
  for (std::optional<Figure>& figure : figures) {
    if (figure) {
      shown.push_back(std::move(*figure));
    }
  }
  return shown;
}

std::string identity_html(const RunRecord& run) {
  NumberTable table{.header = {"what", "value"}};
  table.rows.push_back({"state after the last step (digest)", run.summary.digest});
  table.rows.push_back({"configuration (digest)", run.summary.config_digest});
  for (const auto& [name, version] : run.summary.versions) {
    table.rows.push_back({name, version});
  }
  return table_html(table, "plain");
}

}  // namespace

Result<std::string> run_report(const std::filesystem::path& folder) {
  auto read = read_run(folder);
  if (!read) {
    return read.failure();
  }
  const RunRecord& run = read.value();
  std::vector<Figure> where_figures;
  if (run.classes) {
    where_figures.push_back(
        classes_figure("classes", "Examples per class and worker", *run.classes));
  }
  if (auto figure = topology_figure("graph", run.config)) {
    where_figures.push_back(std::move(*figure));
  }
  const std::string body =
      facts_html(facts_of(run)) +
      section_html("How it went", means_text({&run}), figures_html(curves_of(run))) +
      section_html("Data and graph",
                   run.classes ? "A dot's area is the number of examples." : "",
                   figures_html(where_figures)) +
      section_html("To make it again",
                   "The configuration below is complete and runs as it is; the same program on the "
                   "same class of processor ends with the same digest.",
                   code_html("murmur train config.toml --output again") +
                       folded_html("config.toml", code_html(run.config_text), true) +
                       identity_html(run));
  std::string lead = sentence_of(run.config, run.summary.steps);
  if (const std::string scored = scored_text(run.config, run.summary.data); !scored.empty()) {
    lead += " " + scored;
  }
  return page_html(run.summary.name,
                   "<p>" + escape_html(lead) + "</p>" + status_html(run.summary) +
                       warnings_html(run.summary.warnings),
                   body);
}

}  // namespace murmur::run
