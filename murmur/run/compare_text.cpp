// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/compare_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "murmur/run/chart_scale.h"
#include "murmur/run/html.h"
#include "murmur/run/report_words.h"

namespace murmur::run {
namespace {

double largest_mean(const Comparison& comparison) {
  double largest = 0;
  for (const std::vector<Cell>& row : comparison.cells) {
    for (const Cell& cell : row) {
      largest = std::max(largest, std::abs(cell.mean.value_or(0)));
    }
  }
  return largest;
}

Display display_for(const Comparison& comparison) {
  return display_of(unit_of(comparison.metric), largest_mean(comparison));
}

// Digits after the point, the same for the whole table, so that its numbers align.
int decimals_for(const Comparison& comparison) {
  if (unit_of(comparison.metric) == Unit::kFraction) {
    return 2;
  }
  const double largest = largest_mean(comparison) * display_for(comparison).factor;
  return largest == 0 ? 2 : std::clamp(3 - static_cast<int>(std::floor(std::log10(largest))), 0, 8);
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::size_t length = shown_length(text);
  const std::string blanks(width > length ? width - length : 0, ' ');
  return left ? text + blanks : blanks + text;
}

// A column of the text table: its heading, then one text per row.
using Column = std::vector<std::string>;

Column column_of(const Comparison& comparison, std::size_t s) {
  Column column{comparison.settings[s].label};
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    const Cell& cell = comparison.cells[m][s];
    column.push_back(cell_text(comparison, cell) + (cell.best ? " *" : "  "));
  }
  column.front() += "  ";
  return column;
}

std::size_t width_of(const Column& column) {
  std::size_t width = 0;
  for (const std::string& text : column) {
    width = std::max(width, shown_length(text));
  }
  return width;
}

std::string settings_text(const Settings& settings) {
  std::string out;
  for (const Setting& setting : settings) {
    out += (out.empty() ? "" : ", ") + setting.key + " = " + setting.value;
  }
  return out;
}

std::string tuned_text(const Comparison& comparison) {
  std::string out;
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    for (std::size_t s = 0; s < comparison.settings.size(); ++s) {
      const Cell& cell = comparison.cells[m][s];
      if (!cell.trials.empty()) {
        out += fmt::format("  {}, {}: {}\n",
                           comparison.methods[m].label,
                           comparison.settings[s].label,
                           settings_text(cell.trials[cell.chosen].set));
      }
    }
  }
  return out.empty() ? out : fmt::format("\nTuned on seed {}:\n{}", comparison.seeds.front(), out);
}

void strip_right(std::string& line) {
  line.erase(line.find_last_not_of(' ') + 1);
}

}  // namespace

std::string cell_text(const Comparison& comparison, const Cell& cell) {
  if (cell.diverged > 0) {
    return cell.diverged == static_cast<std::int64_t>(cell.runs.size())
               ? "diverged"
               : fmt::format("{} of {} diverged", cell.diverged, cell.runs.size());
  }
  if (!cell.mean) {
    return "-";
  }
  const double factor = display_for(comparison).factor;
  const int decimals = decimals_for(comparison);
  const std::string mean = fmt::format("{:.{}f}", factor * *cell.mean, decimals);
  return cell.runs.size() < 2 ? mean
                              : fmt::format("{} ± {:.{}f}", mean, factor * cell.std, decimals);
}

std::string shown_unit(const Comparison& comparison) {
  return display_for(comparison).name;
}

std::string caption(const Comparison& comparison) {
  const std::string unit = shown_unit(comparison);
  const std::size_t seeds = comparison.seeds.size();
  return fmt::format("{}{}, {}, {}",
                     comparison.metric,
                     unit.empty() ? "" : " in " + unit,
                     comparison.best_evaluation ? "best evaluation" : "at the end of the run",
                     seeds == 1 ? fmt::format("seed {}", comparison.seeds.front())
                                : fmt::format("mean ± standard deviation over {} seeds", seeds));
}

std::string to_text(const Comparison& comparison, bool bold) {
  Column names{""};
  for (const Variant& method : comparison.methods) {
    names.push_back(method.label);
  }
  const std::size_t name_width = width_of(names);
  std::vector<Column> columns;
  std::vector<std::size_t> widths;
  for (std::size_t s = 0; s < comparison.settings.size(); ++s) {
    columns.push_back(column_of(comparison, s));
    widths.push_back(width_of(columns.back()));
  }
  std::string out = caption(comparison) + "\n\n";
  for (std::size_t row = 0; row < names.size(); ++row) {
    std::string line = padded(names[row], name_width, true);
    for (std::size_t s = 0; s < columns.size(); ++s) {
      const std::string text = padded(columns[s][row], widths[s], false);
      const bool marked = bold && row > 0 && comparison.cells[row - 1][s].best;
      line += "  " + (marked ? "\x1b[1m" + text + "\x1b[0m" : text);
    }
    strip_right(line);
    out += line + "\n";
  }
  out += fmt::format("\n* the best of its column{}\n",
                     std::any_of(comparison.methods.begin(),
                                 comparison.methods.end(),
                                 [](const Variant& method) { return method.reference; })
                         ? ", without the rows for reference"
                         : "");
  return out + tuned_text(comparison);
}

}  // namespace murmur::run
