// SPDX-License-Identifier: Apache-2.0
// A topology as text: its properties, its spectrum, then every step shown, as a list of which
// worker receives from which and as a picture of the matrix.
#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "murmur/run/inspect/topology_view.h"
#include "murmur/run/text/option_text.h"
#include "murmur/run/text/units.h"
#include "murmur/topology/matchings.h"
#include "murmur/topology/pauses.h"

namespace murmur::run {
namespace {

std::string line(std::string_view label, const std::string& text) {
  return fmt::format("  {:<19}{}\n", label, text);
}

std::string range(int least, int most) {
  return least == most ? fmt::format("{}", least) : fmt::format("{} to {}", least, most);
}

// Values that would be shown as zero become zero without a sign.
double clean(double value) {
  constexpr double kNothing = 5e-7;
  return std::abs(value) < kNothing ? 0.0 : value;
}

std::string number(double value) {
  return fmt::format("{:.6f}", clean(value));
}

std::string count_text(std::int64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string bytes_text(double bytes) {
  return quantity_text(bytes, Unit::kBytes);
}

std::string repeats(const TopologyView& view) {
  const std::int64_t period = view.graph->period();
  if (period == 1) {
    return "the same at every step";
  }
  return period == 0 ? "drawn anew at every step" : fmt::format("repeats after {} steps", period);
}

std::string options_text(const TopologyView& view) {
  constexpr std::size_t kLongest = 60;
  std::string text;
  for (const OptionInfo& info : view.info->options) {
    std::string value = value_toml(view.choice.options.all().at(info.name));
    value = value.size() > kLongest ? value.substr(0, kLongest) + "..." : value;
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", info.name, value);
  }
  return text + (view.info->random ? fmt::format(", seed = {}", view.seed) : "");
}

std::string value_text(const std::complex<double>& value) {
  const double imaginary = std::abs(clean(value.imag()));
  return imaginary == 0 ? number(value.real())
                        : fmt::format("{} +- {}i", number(value.real()), number(imaginary));
}

// Lists equal eigenvalues once, with their multiplicity.
std::string spectrum_text(const topology::Spectrum& spectrum) {
  constexpr int kMost = 12;
  std::vector<std::pair<std::string, int>> groups;
  for (const auto& value : spectrum.values) {
    const std::string text = value_text(value);
    if (!groups.empty() && groups.back().first == text) {
      ++groups.back().second;
    } else {
      groups.emplace_back(text, 1);
    }
  }
  const auto count = static_cast<int>(groups.size());
  std::string text;
  for (int k = 0; k < count; ++k) {
    if (count > kMost && k == kMost / 2) {
      k = count - kMost / 2;
      text += ", ...";
    }
    const auto& [value, times] = groups[static_cast<std::size_t>(k)];
    text += (text.empty() ? "" : ", ") + value + (times > 1 ? fmt::format(" ({}x)", times) : "");
  }
  return text;
}

std::string sums_text(const TopologyView& view) {
  if (view.rows_sum_to_one && view.columns_sum_to_one) {
    return "rows and columns sum to one: mixing keeps the mean";
  }
  return view.rows_sum_to_one ? "rows sum to one, columns do not: mixing does not keep the mean"
                              : "columns sum to one, rows do not: for push-sum algorithms";
}

std::string consensus_text(const topology::Convergence& found) {
  if (!found.steps_to_consensus) {
    return "never";
  }
  const std::string steps = count_text(*found.steps_to_consensus, "step");
  return found.rate == 0 ? "exact after " + steps
                         : "disagreement is a thousandth after about " + steps;
}

std::string convergence_text(const TopologyView& view) {
  if (!view.convergence) {
    return line("spectrum",
                fmt::format("not computed for more than {} workers", kMostWorkersForSpectrum));
  }
  const topology::Convergence& found = *view.convergence;
  const bool varies = view.graph->period() > 1;
  std::string text;
  if (found.spectrum) {
    text += line("eigenvalues",
                 spectrum_text(*found.spectrum) +
                     (varies ? fmt::format("  (product of {} steps)", view.graph->period()) : ""));
    if (found.spectrum->real) {
      text += line("lambda_2, lambda_n",
                   number(found.spectrum->second()) + ", " + number(found.spectrum->last()));
    }
  }
  text += line("spectral gap",
               number(found.gap()) +
                   (varies ? " per step, " + number(found.gap_per_period()) + " per period" : ""));
  return text + line("consensus", consensus_text(found));
}

std::string plan_text(const TopologyView& view) {
  const topology::MatchaPlan* const plan = topology::matcha_plan(topology::of_mixes(*view.graph));
  if (plan == nullptr) {
    return "";
  }
  std::string text = line("alpha, rho", number(plan->alpha) + ", " + number(plan->rho));
  for (std::size_t j = 0; j < plan->matchings.size(); ++j) {
    std::string edges;
    for (const auto& [a, b] : plan->matchings[j]) {
      edges += fmt::format("{}{}-{}", edges.empty() ? "" : ", ", a, b);
    }
    text += line(fmt::format("matching {}", j),
                 fmt::format("p = {}: {}", number(plan->probabilities[j]), edges));
  }
  return text + line("expected",
                     fmt::format("{:.6g} messages, {} per mix",
                                 plan->expected_messages(),
                                 bytes_text(plan->expected_messages() * view.bytes_per_message())));
}

std::string facts(const TopologyView& view) {
  const topology::Degrees& d = view.degrees;
  std::string text = fmt::format("{}, {}: {}\n\n",
                                 view.choice.name,
                                 count_text(view.graph->workers(), "worker"),
                                 view.info->summary);
  if (!view.info->paper.empty()) {
    text += line("paper", view.info->paper);
  }
  text += line("options", options_text(view));
  text +=
      line("graph",
           fmt::format("{}, {}", view.symmetric ? "symmetric" : "not symmetric", repeats(view)));
  text += line("neighbors",
               fmt::format("a worker hears {}, is heard by {}",
                           range(d.in_least, d.in_most),
                           range(d.out_least, d.out_most)));
  const std::int64_t looked_at = observed_steps(*view.graph);
  text += line("connected",
               (view.connected ? "yes" : "no") +
                   (looked_at > 1 ? fmt::format(", over {} steps", looked_at) : ""));
  text += line("weights", sums_text(view));
  text += convergence_text(view);
  text += plan_text(view);
  text += line("messages", fmt::format("{:.6g} per step", view.messages_per_step));
  text += line("bytes per round",
               fmt::format("{} for a model of {} parameters of {} bytes (--parameters)",
                           bytes_text(view.bytes_per_round()),
                           view.parameters,
                           view.bytes_per_parameter));
  return text;
}

std::string rows_text(const topology::MixingMatrix& matrix) {
  constexpr int kMostRows = 128;
  constexpr std::size_t kMostNeighbors = 64;
  std::string text;
  for (int i = 0; i < std::min(matrix.workers(), kMostRows); ++i) {
    text += fmt::format("  {:>4}  own {:<8.4g}", i, matrix.self(i));
    const auto& row = matrix.in(i);
    for (std::size_t k = 0; k < std::min(row.size(), kMostNeighbors); ++k) {
      text += fmt::format("{}{}: {:.4g}", k == 0 ? "  hears " : ", ", row[k].worker, row[k].weight);
    }
    text += row.size() > kMostNeighbors
                ? fmt::format(", and {} more\n", row.size() - kMostNeighbors)
                : "\n";
  }
  return matrix.workers() > kMostRows ? text + fmt::format("  ... and {} more (--json has all)\n",
                                                           matrix.workers() - kMostRows)
                                      : text;
}

// The matrix as text, two characters per entry; larger weights are darker.
std::string picture(const topology::MixingMatrix& matrix) {
  constexpr int kMost = 48;
  constexpr std::array<std::string_view, 5> kShades{
      "\u00b7 ", "\u2591\u2591", "\u2592\u2592", "\u2593\u2593", "\u2588\u2588"};
  if (matrix.workers() > kMost) {
    return "";
  }
  const auto weights = matrix.dense();
  double most = 0;
  for (const auto& row : weights) {
    for (const double weight : row) {
      most = std::max(most, std::abs(weight));
    }
  }
  std::string text = "\n";
  for (std::size_t i = 0; i < weights.size(); ++i) {
    text += fmt::format("  {:>4}  ", i);
    for (const double weight : weights[i]) {
      const double share = most > 0 ? std::abs(weight) / most : 0;
      text += kShades[static_cast<std::size_t>(std::ceil(share * 4 - 1e-9))];
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::string to_text(const TopologyView& view) {
  std::string text = facts(view);
  for (std::int64_t k = 0; k < view.steps; ++k) {
    const std::int64_t step = view.first_step + k;
    const topology::MixingMatrix matrix = view.graph->at(step);
    text += view.graph->period() == 1 ? "\n" : fmt::format("\nstep {}\n", step);
    text += rows_text(matrix) + picture(matrix);
  }
  return text;
}

}  // namespace murmur::run
