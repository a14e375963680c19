// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/comparison_text.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "murmur/run/records/words.h"
#include "murmur/run/text/html.h"
#include "murmur/run/text/units.h"

namespace murmur::run {
namespace {

// The typical magnitude of the means: the largest, without those above 1000 times their median.
double usual_size(const Comparison& comparison) {
  std::vector<double> sizes;
  for (const std::vector<Cell>& row : comparison.cells) {
    for (const Cell& cell : row) {
      if (cell.mean && *cell.mean != 0 && std::isfinite(*cell.mean)) {
        sizes.push_back(std::abs(*cell.mean));
      }
    }
  }
  if (sizes.empty()) {
    return 0;
  }
  std::sort(sizes.begin(), sizes.end());
  const double limit = 1000 * sizes[(sizes.size() - 1) / 2];
  return *(std::upper_bound(sizes.begin(), sizes.end(), limit) - 1);
}

Display display_for(const Comparison& comparison) {
  return display_of(unit_of(comparison.metric), usual_size(comparison));
}

int power_of(double size) {
  return static_cast<int>(std::floor(std::log10(size)));
}

// Number format of one cell.
struct Form {
  bool exponent = false;
  int decimals = 2;
};

// The number of decimals is the same in the whole table, so that its numbers align, except for a
// cell that it would leave with fewer than three significant digits.
Form form_of(const Comparison& comparison, double shown) {
  constexpr double kLargest = 1e6;
  constexpr int kMostDecimals = 8;
  const double size = std::abs(shown);
  const double usual = usual_size(comparison) * display_for(comparison).factor;
  Form form;
  if (unit_of(comparison.metric) != Unit::kFraction && usual > 0) {
    form.decimals = std::clamp(3 - power_of(usual), 0, kMostDecimals);
    form.decimals = size > 0 ? std::max(form.decimals, 2 - power_of(size)) : form.decimals;
  }
  form.exponent = size >= kLargest || form.decimals > kMostDecimals;
  return form;
}

std::string shown_text(double shown, const Form& form) {
  return form.exponent ? fmt::format("{:.3e}", shown)
                       : fmt::format("{:.{}f}", shown, form.decimals);
}

// The deviation of a cell in that format; with two significant digits if it would be all zeros.
std::string deviation_text(const Comparison& comparison, double shown, const Form& form) {
  const bool vanishes = shown != 0 && shown < 0.5 * std::pow(10.0, -form.decimals) &&
                        unit_of(comparison.metric) != Unit::kFraction;
  return form.exponent || vanishes ? fmt::format("{:.2g}", shown)
                                   : fmt::format("{:.{}f}", shown, form.decimals);
}

std::string padded(const std::string& text, std::size_t width, bool left) {
  const std::size_t length = shown_length(text);
  const std::string blanks(width > length ? width - length : 0, ' ');
  return left ? text + blanks : blanks + text;
}

// Widths of the columns of a table of texts.
std::vector<std::size_t> widths_of(const NumberTable& table) {
  std::vector<std::size_t> widths;
  for (const std::string& cell : table.header) {
    widths.push_back(shown_length(cell));
  }
  for (const std::vector<std::string>& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], shown_length(row[i]));
    }
  }
  return widths;
}

// One line, the first column aligned to the left, the others to the right; cells for which bold(i)
// holds carry the terminal's codes for bold.
template <class Bold>
std::string line_of(const std::vector<std::string>& cells,
                    const std::vector<std::size_t>& widths,
                    const Bold& bold) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::string text = padded(cells[i], widths[i], i == 0);
    line += i == 0 ? "" : "  ";
    line += bold(i) ? "\x1b[1m" + text + "\x1b[0m" : text;
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

NumberTable results_table(const Comparison& comparison) {
  NumberTable table{.header = {""}};
  for (const Variant& setting : comparison.settings) {
    table.header.push_back(setting.label + "  ");
  }
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    std::vector<std::string> row{comparison.methods[m].label};
    for (std::size_t s = 0; s < comparison.cells[m].size(); ++s) {
      const Cell& cell = comparison.cells[m][s];
      const std::string published = published_text(comparison, m, s);
      row.push_back(cell_text(comparison, cell) + (published.empty() ? "" : " " + published) +
                    (cell.best ? " *" : "  "));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string values_of(const Settings& settings) {
  if (settings.size() == 1) {
    return settings.front().value;
  }
  std::string out;
  for (const Setting& setting : settings) {
    out += (out.empty() ? "" : ", ") + setting.key + " = " + setting.value;
  }
  return out;
}

std::string tuned_text(const Comparison& comparison) {
  const NumberTable table = tuned_table(comparison);
  if (table.rows.empty()) {
    return {};
  }
  const std::vector<std::size_t> widths = widths_of(table);
  const auto plain = [](std::size_t) { return false; };
  std::string out = fmt::format("\nTuned {}:\n\n", tuning_text(comparison)) +
                    line_of(table.header, widths, plain);
  for (const std::vector<std::string>& row : table.rows) {
    out += line_of(row, widths, plain);
  }
  return out;
}

bool has_reference(const Comparison& comparison) {
  return std::any_of(comparison.methods.begin(),
                     comparison.methods.end(),
                     [](const Variant& method) { return method.reference; });
}

}  // namespace

std::string tuning_text(const Comparison& comparison) {
  return fmt::format("on seed {}{}{}",
                     comparison.seeds.front(),
                     comparison.tuned_by == comparison.metric ? "" : " by " + comparison.tuned_by,
                     comparison.tuned_in.empty() ? "" : ", at " + comparison.tuned_in);
}

NumberTable tuned_table(const Comparison& comparison) {
  NumberTable table{.header = {""}};
  for (const Variant& setting : comparison.settings) {
    table.header.push_back(setting.label);
  }
  bool tuned = false;
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    std::vector<std::string> row{comparison.methods[m].label};
    for (const Cell& cell : comparison.cells[m]) {
      tuned = tuned || !cell.tuned.empty();
      row.push_back(values_of(cell.tuned));
      if (cell.tuned.size() == 1) {
        table.header.front() = cell.tuned.front().key;
      }
    }
    table.rows.push_back(std::move(row));
  }
  return tuned ? table : NumberTable{};
}

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
  const Form form = form_of(comparison, factor * *cell.mean);
  const std::string mean = shown_text(factor * *cell.mean, form);
  return cell.std ? mean + " ± " + deviation_text(comparison, factor * *cell.std, form) : mean;
}

std::string published_text(const Comparison& comparison, std::size_t method, std::size_t setting) {
  const auto value = comparison.methods[method].published_in(setting);
  if (!value) {
    return {};
  }
  const double shown = display_for(comparison).factor * *value;
  return "(" + shown_text(shown, form_of(comparison, shown)) + ")";
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
  const NumberTable table = results_table(comparison);
  const std::vector<std::size_t> widths = widths_of(table);
  const auto plain = [](std::size_t) { return false; };
  std::string out = caption(comparison) + "\n\n" + line_of(table.header, widths, plain);
  for (std::size_t m = 0; m < table.rows.size(); ++m) {
    out += line_of(table.rows[m], widths, [&](std::size_t column) {
      return bold && column > 0 && comparison.cells[m][column - 1].best;
    });
  }
  out += fmt::format("\n* the best of its column{}\n",
                     has_reference(comparison) ? ", without the rows for reference" : "");
  out += has_published(comparison) ? "(in brackets: published)\n" : "";
  return out + tuned_text(comparison);
}

}  // namespace murmur::run
