// SPDX-License-Identifier: Apache-2.0
// Reports of folders made for the test: what they must contain, and what they must not.
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "murmur/run/compare/result.h"
#include "murmur/run/records/metrics.h"
#include "murmur/run/records/run_record.h"
#include "murmur/run/records/summary.h"
#include "murmur/run/report/curves.h"
#include "murmur/run/report/figures.h"
#include "murmur/run/report/report.h"
#include "tests/run/config_text.h"
#include "tests/run/markup.h"
#include "tests/support/temporary_folder.h"

namespace murmur::run {
namespace {

using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return std::move(text).str();
}

// A run of `lines` evaluations whose accuracy is `accuracy` at the end.
void make_run(const std::filesystem::path& folder,
              const std::string& name,
              double accuracy,
              const std::string& status) {
  std::filesystem::create_directories(folder);
  Config config = read(kTrainText, Purpose::kTrain);
  config.name = name;
  std::ofstream(folder / "config.toml") << to_toml(config);
  std::ofstream metrics(folder / "metrics.jsonl");
  Summary summary;
  for (int i = 0; i <= 4; ++i) {
    MetricsLine line;
    line.step = 10 * i;
    line.epoch = i;
    line.wall_s = i;
    const bool lost = status == "diverged" && i == 4;
    line.values = {{"train/loss", lost ? kNaN : 2.0 / (i + 1)},
                   {"train/lr", 0.1},
                   {"eval/accuracy_local_mean", accuracy * i / 4},
                   {"eval/accuracy_local_std", 0.02},
                   {"eval/accuracy_averaged", accuracy * i / 4},
                   {"consensus/distance", lost ? kNaN : 1.0 / (i + 1)},
                   {"comm/bytes_sent", 1e6 * i}};
    metrics << to_json_line(line) << "\n";
    summary.final = line.values;
  }
  summary.name = name;
  summary.status = status;
  summary.workers = 16;
  summary.steps = 40;
  summary.parameters = 1000;
  summary.totals = {{"comm/bytes_sent", 4e6}, {"time/wall_s", 4}, {"time/gradient_s", 2.5}};
  summary.digest = "0123456789abcdef";
  summary.config_digest = config_digest(config);
  summary.versions = {{"murmur", "0.1.0"}};
  std::ofstream(folder / "summary.json") << to_json(summary).dump();
}

// What no page may contain: anything that is fetched, anything that is executed.
void expect_self_contained(std::string page) {
  EXPECT_EQ(markup_error(page), "");
  const std::string name_of_svg = "xmlns=\"http://www.w3.org/2000/svg\"";  // is never fetched
  for (auto at = page.find(name_of_svg); at != std::string::npos; at = page.find(name_of_svg)) {
    page.erase(at, name_of_svg.size());
  }
  for (const char* forbidden :
       {"<script", "http:", "https:", " src=", "@import", "<link", " onclick", "url(//"}) {
    EXPECT_EQ(count(page, forbidden), 0) << forbidden;
  }
}

class Report : public ::testing::Test {
 protected:
  std::filesystem::path path(const std::string& name) const { return folder_.path() / name; }

  // The page written into the folder.
  std::string page_of(const std::filesystem::path& folder) const {
    const Status written = write_report(folder);
    EXPECT_TRUE(written) << (written ? "" : written.failure().message);
    return text_of(folder / "report.html");
  }

  // Two methods, two settings, two seeds; in the last cell one run diverged.
  Comparison make_comparison(const std::filesystem::path& folder) const {
    Comparison comparison;
    comparison.name = "grid";
    comparison.metric = "eval/accuracy_local_mean";
    comparison.seeds = {1, 2};
    comparison.methods = {{.label = "A & B"}, {.label = "C"}};
    comparison.settings = {{.label = "alpha < 1"}, {.label = "alpha = 1"}};
    comparison.command = "murmur compare grid.toml";
    for (int m = 0; m < 2; ++m) {
      comparison.cells.emplace_back(2);
      for (int s = 0; s < 2; ++s) {
        for (int seed = 1; seed <= 2; ++seed) {
          const bool lost = m == 1 && s == 1 && seed == 2;
          const double accuracy = 0.5 + 0.1 * m + 0.01 * seed;
          const std::string run = "runs/" + std::to_string(4 * m + 2 * s + seed);
          make_run(folder / run, "run", accuracy, lost ? "diverged" : "finished");
          comparison.cells.back()[static_cast<std::size_t>(s)].runs.push_back(
              {static_cast<std::uint64_t>(seed),
               run,
               lost ? std::nullopt : std::optional(accuracy)});
        }
      }
    }
    summarize(comparison);
    std::ofstream(folder / "comparison.json") << to_json(comparison).dump();
    return comparison;
  }

 private:
  testing::TemporaryFolder folder_;
};

TEST_F(Report, OfARunStandsAloneAndTellsHowItWent) {
  make_run(path("run"), "first <look>", 0.8, "finished");
  const std::string page = page_of(path("run"));
  expect_self_contained(page);
  EXPECT_GE(count(page, "<h1>first &lt;look&gt;</h1>"), 1);
  EXPECT_GE(count(page, "80 %"), 1);
  EXPECT_GE(count(page, "4 MB"), 1);
  EXPECT_GE(count(page, "0123456789abcdef"), 1);
  EXPECT_GE(count(page, "learning_rate = 0.1"), 1);
  EXPECT_GE(count(page, "murmur train config.toml"), 1);
  EXPECT_GE(count(page, "Topology: ring"), 1);
  EXPECT_EQ(count(page, "class=\"status\""), 0);
}

TEST_F(Report, OfManyEvaluationsSaysThatItsPointsAreMeans) {
  make_run(path("run"), "long", 0.8, "finished");
  EXPECT_EQ(count(page_of(path("run")), "is the mean of"), 0);
  std::ofstream metrics(path("run") / "metrics.jsonl");
  for (int i = 0; i <= 480; ++i) {
    metrics << to_json_line(
                   {.step = 10 * i, .epoch = 1.0 * i, .wall_s = 1, .values = {{"train/lr", 0.1}}})
            << "\n";
  }
  metrics.close();
  EXPECT_EQ(count(page_of(path("run")),
                  "Each point but the last is the mean of up to 3 evaluations, 30 steps."),
            1);
}

TEST_F(Report, CountsWhatItShowsOfManyClassesOrWorkers) {
  const auto note = [](std::size_t workers, std::size_t classes) {
    ClassCounts counts{.classes = std::vector<std::string>(classes, "c"),
                       .counts = {workers, std::vector<std::int64_t>(classes, 1)}};
    return classes_figure("id", "title", counts).note;
  };
  EXPECT_THAT(note(4, 100), HasSubstr("shown: the first 64 of 100 classes"));
  EXPECT_EQ(count(note(4, 100), "workers"), 0);
  EXPECT_THAT(note(100, 10), HasSubstr("shown: the first 64 of 100 workers"));
  EXPECT_EQ(count(note(100, 10), "of 10 classes"), 0);
  EXPECT_THAT(note(100, 200),
              HasSubstr("shown: the first 64 of 100 workers and the first 64 of 200 classes"));
}

TEST_F(Report, OfADivergedRunSaysSo) {
  make_run(path("run"), "lost", 0.3, "diverged");
  const std::string page = page_of(path("run"));
  expect_self_contained(page);
  EXPECT_GE(count(page, "diverged: a value became non-finite after step 40"), 1);
  EXPECT_GE(count(page, "class=\"broken\""), 1);
}

TEST_F(Report, ShowsTheExamplesOfEachWorker) {
  make_run(path("run"), "data", 0.8, "finished");
  EXPECT_EQ(count(page_of(path("run")), "class=\"dot\""), 0);
  const ClassCounts classes{{"cat", "dog"}, {{3, 0}, {2, 2}}};
  ASSERT_TRUE(write_classes(path("run"), classes));
  const std::string page = page_of(path("run"));
  EXPECT_EQ(count(page, "class=\"dot\""), 3);
  EXPECT_GE(count(page, "worker 1, dog: 2"), 1);
}

TEST_F(Report, OfAComparisonHoldsTheTableAndACurvePerMethod) {
  const Comparison comparison = make_comparison(path("grid"));
  ASSERT_EQ(kind_of_folder(path("grid")), FolderKind::kComparison);
  const std::string page = page_of(path("grid"));
  expect_self_contained(page);
  EXPECT_GE(count(page, "A &amp; B"), 1);
  EXPECT_GE(count(page, "alpha &lt; 1"), 1);
  EXPECT_GE(count(page, "<td class=\"best\">61.50<small> ± 0.71</small></td>"), 1);
  EXPECT_GE(count(page, "<td class=\"lost\">1 of 2 diverged</td>"), 1);
  EXPECT_EQ(count(page, "id=\"score-0-t\""), 1);
  EXPECT_EQ(count(page, "id=\"score-1-t\""), 1);
  EXPECT_GE(count(page, "murmur compare grid.toml"), 1);
}

// The table and the charts come first; the rest is folded, behind them.
TEST_F(Report, OfAComparisonFoldsItsDetailsBehindThePictures) {
  Comparison comparison = make_comparison(path("grid"));
  comparison.races = {{.setting = 0, .target = 0.5, .runners = {{.method = 0, .steps = 12}}}};
  for (std::vector<Cell>& row : comparison.cells) {
    for (Cell& cell : row) {
      cell.trials = {{.set = {{"algorithm.learning_rate", "0.1"}}, .folder = "x", .value = 0.5}};
      cell.tuned = cell.trials.front().set;
    }
  }
  std::ofstream(path("grid") / "comparison.json") << to_json(comparison).dump();
  const std::string page = page_of(path("grid"));
  const std::size_t picture = page.find("</svg>");
  for (const char* title : {"Tuned values", "Time to accuracy", "What rows and columns set"}) {
    EXPECT_GT(page.find("<details><summary>" + std::string(title)), picture) << title;
    EXPECT_NE(page.find("<details><summary>" + std::string(title)), std::string::npos) << title;
  }
  EXPECT_EQ(count(page, "virtual time"), 0);
  comparison.races[0].runners[0].virtual_s = 3;
  std::ofstream(path("grid") / "comparison.json") << to_json(comparison).dump();
  EXPECT_GE(count(page_of(path("grid")), "virtual time"), 1);
}

TEST_F(Report, DrawsManyWorkersWhereTheyCanBeToldApartOrLeavesTheGraphOut) {
  const auto page = [&](const std::string& topology) {
    make_run(path(topology), "many", 0.8, "finished");
    const std::string text = with(with(kTrainText, "workers = 16", "workers = 400"),
                                  "name = \"ring\"",
                                  "name = \"" + topology + "\"");
    std::ofstream(path(topology) / "config.toml") << to_toml(read(text, Purpose::kTrain));
    return page_of(path(topology));
  };
  const std::string ring = page("ring");
  EXPECT_EQ(count(ring, "Topology: ring"), 1);
  EXPECT_EQ(count(ring, "class=\"drawing\""), 1);
  const std::string complete = page("complete");
  EXPECT_EQ(count(complete, "Topology: complete"), 0);
  EXPECT_EQ(count(complete, "class=\"drawing\""), 0);
}

TEST_F(Report, NamesWhatIsMissing) {
  std::filesystem::create_directories(path("empty"));
  const Status nothing = write_report(path("empty"));
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.failure().kind, FailureKind::kMissing);
  make_comparison(path("grid"));
  std::filesystem::remove(path("grid") / "runs" / "1" / "summary.json");
  const Status torn = write_report(path("grid"));
  ASSERT_FALSE(torn);
  EXPECT_THAT(torn.failure().message, HasSubstr("runs/1"));
}

// A tree of JSON is copied by recursive functions.
TEST_F(Report, RefusesFilesThatAreNestedTooDeep) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  make_run(path("run"), "deep", 0.8, "finished");
  std::ofstream(path("run") / "summary.json") << "{\"name\": " << deep << "}";
  EXPECT_FALSE(write_report(path("run")));
  make_comparison(path("grid"));
  std::string grid = text_of(path("grid") / "comparison.json");
  grid = with(grid, "\"reference\":false", "\"reference\":false,\"published\":" + deep);
  std::ofstream(path("grid") / "comparison.json") << grid;
  EXPECT_FALSE(write_report(path("grid")));
}

RunRecord record(const std::vector<double>& values, const std::string& status = "finished") {
  RunRecord run;
  run.summary.status = status;
  for (std::size_t i = 0; i < values.size(); ++i) {
    MetricsLine line;
    line.step = static_cast<std::int64_t>(i);
    line.epoch = static_cast<double>(i);
    line.values = {{"train/loss", values[i]}};
    run.lines.push_back(line);
  }
  return run;
}

TEST(Curve, IsTheMeanWithOneDeviationOnEitherSide) {
  const RunRecord a = record({1, 2});
  const RunRecord b = record({3, 6});
  const Series series = curve({.label = "x", .runs = {&a, &b}}, "epoch", "train/loss");
  ASSERT_EQ(series.points.size(), 2U);
  EXPECT_DOUBLE_EQ(series.points[1].y, 4);
  EXPECT_DOUBLE_EQ(series.points[1].high, 4 + std::sqrt(8));
  EXPECT_DOUBLE_EQ(series.points[1].low, 4 - std::sqrt(8));
  EXPECT_FALSE(series.broken);
}

TEST(Curve, EndsWhereTheFirstRunDiverged) {
  const RunRecord a = record({1, 2, 3});
  const RunRecord b = record({1, kNaN}, "diverged");
  const Series series = curve({.label = "x", .runs = {&a, &b}}, "step", "train/loss");
  EXPECT_EQ(series.points.size(), 1U);
  EXPECT_TRUE(series.broken);
}

TEST(Thinned, KeepsTheMeanAndTheLastPoint) {
  std::vector<Point> points;
  for (int i = 0; i < 1001; ++i) {
    points.push_back({.x = i * 1.0, .y = 2.0 * i, .low = 2.0 * i, .high = 2.0 * i});
  }
  const std::vector<Point> thin = thinned(points, 101);
  ASSERT_EQ(thin.size(), 101U);
  EXPECT_DOUBLE_EQ(thin[0].y, 9);
  EXPECT_DOUBLE_EQ(thin.back().x, 1000);
  EXPECT_EQ(thinned(points, 2000).size(), points.size());
}

}  // namespace
}  // namespace murmur::run
