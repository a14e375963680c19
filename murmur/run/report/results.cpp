// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/report/results.h"

#include <algorithm>

#include <fmt/format.h>

#include "murmur/run/report/comparison_text.h"
#include "murmur/run/report/page.h"
#include "murmur/run/text/html.h"
#include "murmur/run/text/units.h"

namespace murmur::run {
namespace {

std::string joined(const Settings& settings, const std::string& between) {
  std::string out;
  for (const Setting& setting : settings) {
    out += (out.empty() ? "" : between) + setting.key + " = " + setting.value;
  }
  return out;
}

// The mean in full size, followed by the deviation in small type.
std::string cell_html(const Comparison& comparison, std::size_t method, std::size_t setting) {
  const Cell& cell = comparison.cells[method][setting];
  const std::string text = cell_text(comparison, cell);
  const auto deviation = text.find(" ± ");
  std::string inner = escape_html(text.substr(0, deviation));
  if (deviation != std::string::npos) {
    inner += "<small>" + escape_html(text.substr(deviation)) + "</small>";
  }
  const std::string published = published_text(comparison, method, setting);
  if (!published.empty()) {
    inner += "<small> " + published + "</small>";
  }
  if (cell.diverged > 0) {
    return "<td class=\"lost\">" + inner + "</td>";
  }
  return (cell.best ? "<td class=\"best\">" : "<td>") + inner + "</td>";
}

std::string table_of_results(const Comparison& comparison) {
  std::string out =
      R"(<div class="scroll" tabindex="0"><table class="results"><thead><tr><th scope="col">)"
      "method</th>";
  for (const Variant& setting : comparison.settings) {
    out += "<th scope=\"col\">" + escape_html(setting.label) + "</th>";
  }
  out += "</tr></thead><tbody>";
  for (std::size_t m = 0; m < comparison.methods.size(); ++m) {
    const Variant& method = comparison.methods[m];
    out += method.reference ? "<tr class=\"reference\">" : "<tr>";
    out += "<th scope=\"row\">" + escape_html(method.label) + "</th>";
    for (std::size_t s = 0; s < comparison.cells[m].size(); ++s) {
      out += cell_html(comparison, m, s);
    }
    out += "</tr>";
  }
  return out + "</tbody></table></div>";
}

std::string tuned_html(const Comparison& comparison) {
  const NumberTable table = tuned_table(comparison);
  if (table.rows.empty()) {
    return {};
  }
  return folded_html(fmt::format("Tuned values ({})", tuning_text(comparison)),
                     table_html(table, "results"),
                     false);
}

std::string variants_html(const Comparison& comparison) {
  NumberTable table{.header = {"label", "sets"}};
  for (const auto* variants : {&comparison.methods, &comparison.settings}) {
    for (const Variant& variant : *variants) {
      table.rows.push_back({variant.label, joined(variant.set, ", ")});
    }
  }
  return folded_html("What rows and columns set", table_html(table, "plain"), false);
}

std::string legend_text(const Comparison& comparison) {
  const bool reference = std::any_of(comparison.methods.begin(),
                                     comparison.methods.end(),
                                     [](const Variant& method) { return method.reference; });
  return std::string("Marked: the best of its column") +
         (reference ? "; rows in italics are for reference and not in the contest." : ".") +
         (has_published(comparison) ? " In brackets: published." : "");
}

std::string time_to_accuracy_html(const Comparison& comparison) {
  std::string out;
  for (const TimeToAccuracy& times : comparison.races) {
    const bool timed = std::any_of(
        times.runners.begin(), times.runners.end(), [](const TimeToAccuracy::Runner& runner) {
          return runner.virtual_s;
        });
    NumberTable table{.header = {"method", "steps"}};
    if (timed) {
      table.header.emplace_back("virtual time");
    }
    for (const TimeToAccuracy::Runner& runner : times.runners) {
      table.rows.push_back(
          {comparison.methods[runner.method].label, quantity_text(runner.steps, Unit::kNumber)});
      if (timed) {
        table.rows.back().push_back(
            runner.virtual_s ? quantity_text(*runner.virtual_s, Unit::kSeconds) : "");
      }
    }
    out += "<p>" +
           escape_html(fmt::format(
               "{}: until the mean accuracy of the local models first was {}, which all runs of "
               "this column came to",
               comparison.settings[times.setting].label,
               quantity_text(times.target, Unit::kFraction))) +
           "</p>" + table_html(table, "results");
  }
  return out.empty() ? out : folded_html("Time to accuracy", out, false);
}

}  // namespace

std::string results_html(const Comparison& comparison) {
  return table_of_results(comparison) + "<p><small>" + escape_html(legend_text(comparison)) +
         "</small></p>";
}

std::string details_html(const Comparison& comparison) {
  return tuned_html(comparison) + time_to_accuracy_html(comparison) + variants_html(comparison);
}

}  // namespace murmur::run
