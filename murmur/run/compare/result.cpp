// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare/result.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "murmur/run/records/summary.h"

namespace murmur::run {
namespace {

// Whether a is strictly better; a missing value is the worst.
bool better(const std::optional<double>& a, const std::optional<double>& b, bool lower_is_better) {
  if (!a || !b) {
    return a.has_value() && !b.has_value();
  }
  return lower_is_better ? *a < *b : *a > *b;
}

// Squares of numbers beyond 1e154 overflow; repeated std::hypot does not.
double deviation(const std::vector<CellRun>& runs, double mean) {
  double squares = 0;
  double root = 0;
  for (const CellRun& run : runs) {
    squares += (*run.value - mean) * (*run.value - mean);
    root = std::hypot(root, *run.value - mean);
  }
  const double others = static_cast<double>(runs.size()) - 1;
  return std::isfinite(squares) ? std::sqrt(squares / others) : root / std::sqrt(others);
}

void fill_in(Cell& cell) {
  cell.diverged = std::count_if(
      cell.runs.begin(), cell.runs.end(), [](const CellRun& run) { return !run.value; });
  cell.mean.reset();
  cell.std.reset();
  cell.best = false;
  if (cell.runs.empty() || cell.diverged > 0) {
    return;
  }
  const auto count = static_cast<double>(cell.runs.size());
  double sum = 0;
  for (const CellRun& run : cell.runs) {
    sum += *run.value;
  }
  const double mean = sum / count;
  cell.mean = mean;
  if (cell.runs.size() > 1) {
    cell.std = deviation(cell.runs, mean);
  }
}

void mark_best(Comparison& comparison, std::size_t column) {
  const bool lower = lower_is_better(comparison.metric);
  std::optional<double> best;
  for (std::size_t row = 0; row < comparison.methods.size(); ++row) {
    const Cell& cell = comparison.cells[row][column];
    if (!comparison.methods[row].reference && better(cell.mean, best, lower)) {
      best = cell.mean;
    }
  }
  for (std::size_t row = 0; row < comparison.methods.size(); ++row) {
    Cell& cell = comparison.cells[row][column];
    cell.best = best && cell.mean == best && !comparison.methods[row].reference;
  }
}

// RFC 4180: quoted where needed, quotes doubled.
std::string csv_text(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') {
      out += c;
    }
  }
  return out + "\"";
}

std::string csv_number(const std::optional<double>& value) {
  return value ? fmt::format("{}", *value) : std::string();
}

std::vector<std::string> tuned_keys(const Comparison& comparison) {
  for (const std::vector<Cell>& row : comparison.cells) {
    for (const Cell& cell : row) {
      if (!cell.tuned.empty()) {
        std::vector<std::string> keys;
        for (const Setting& setting : cell.tuned) {
          keys.push_back(setting.key);
        }
        return keys;
      }
    }
  }
  return {};
}

}  // namespace

bool has_published(const Comparison& comparison) {
  return std::any_of(comparison.methods.begin(),
                     comparison.methods.end(),
                     [](const Variant& method) { return !method.published.empty(); });
}

std::size_t choose(const std::vector<Trial>& trials, bool lower_is_better) {
  std::size_t chosen = 0;
  for (std::size_t i = 1; i < trials.size(); ++i) {
    if (better(trials[i].value, trials[chosen].value, lower_is_better)) {
      chosen = i;
    }
  }
  return chosen;
}

void summarize(Comparison& comparison) {
  for (std::vector<Cell>& row : comparison.cells) {
    for (Cell& cell : row) {
      fill_in(cell);
    }
  }
  for (std::size_t column = 0; column < comparison.settings.size(); ++column) {
    mark_best(comparison, column);
  }
}

std::string to_csv(const Comparison& comparison) {
  std::string out = "method,setting,metric,mean,std,runs,diverged,best";
  for (const std::uint64_t seed : comparison.seeds) {
    out += fmt::format(",seed {}", seed);
  }
  const std::vector<std::string> tuned = tuned_keys(comparison);
  for (const std::string& key : tuned) {
    out += "," + csv_text("tuned " + key);
  }
  const bool published = has_published(comparison);
  out += published ? ",published" : "";
  out += "\n";
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    for (std::size_t s = 0; s < comparison.settings.size(); ++s) {
      const Cell& cell = comparison.cells[m][s];
      out += fmt::format("{},{},{},{},{},{},{},{}",
                         csv_text(comparison.methods[m].label),
                         csv_text(comparison.settings[s].label),
                         csv_text(comparison.metric),
                         csv_number(cell.mean),
                         csv_number(cell.std),
                         cell.runs.size(),
                         cell.diverged,
                         cell.best);
      for (const CellRun& run : cell.runs) {
        out += "," + csv_number(run.value);
      }
      for (std::size_t k = 0; k < tuned.size(); ++k) {
        out += "," + (cell.tuned.empty() ? std::string() : csv_text(cell.tuned[k].value));
      }
      if (published) {
        out += "," + csv_number(comparison.methods[m].published_in(s));
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace murmur::run
