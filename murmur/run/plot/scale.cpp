// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/plot/scale.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "murmur/core/check.h"

namespace murmur::run {
namespace {

constexpr double kTiny = 1e-9;  // relative tolerance for rounding errors

// Returns 1, 2 or 5 times a power of ten, such that about `wanted` such steps fit into `range`.
double nice_step(double range, int wanted) {
  const double raw = 0.7 * range / wanted;
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  for (const double nice : {1.0, 2.0, 5.0}) {
    if (nice * power >= raw * (1 - kTiny)) {
      return nice * power;
    }
  }
  return 10 * power;
}

// The text of a multiple of `step`, with enough digits to distinguish it from the adjacent ticks.
// `largest`: the largest magnitude of all ticks.
std::string tick_text(double shown, double step, double largest) {
  const int last_digit = static_cast<int>(std::floor(std::log10(step) + kTiny));
  if (last_digit >= -6 && largest < 1e6) {
    return fmt::format("{:.{}f}", shown, shown == 0 ? 0 : std::max(0, -last_digit));
  }
  const int first_digit = static_cast<int>(std::floor(std::log10(largest) + kTiny));
  return fmt::format("{:.{}g}", shown, std::clamp(first_digit - last_digit + 1, 1, 16));
}

std::vector<Tick> linear_ticks(double low, double high, int wanted, double factor) {
  const double step = nice_step(factor * (high - low), wanted);
  const double first = std::ceil(factor * low / step - kTiny) + 0.0;  // never -0
  const double last = std::floor(factor * high / step + kTiny);
  const double largest = std::max(std::abs(first), std::abs(last)) * step;
  std::vector<Tick> ticks;
  for (double k = first; k <= last; ++k) {
    ticks.push_back({.value = k * step / factor, .text = tick_text(k * step, step, largest)});
  }
  return ticks;
}

std::vector<Tick> logarithmic_ticks(double low, double high, int wanted, double factor) {
  const double decades = std::log10(high / low);
  if (decades < 0.8) {
    return linear_ticks(low, high, wanted, factor);
  }
  std::vector<double> within{1};
  if (decades < 1.5) {
    within = {1, 2, 5};
  }
  const int stride = std::max(1, static_cast<int>(std::ceil(decades / (wanted + 1))));
  std::vector<Tick> ticks;
  const int last = static_cast<int>(std::floor(std::log10(factor * high) + kTiny));
  for (int e = static_cast<int>(std::floor(std::log10(factor * low) - kTiny)); e <= last; ++e) {
    if (((e % stride) + stride) % stride != 0) {
      continue;
    }
    for (const double k : within) {
      const double value = k * std::pow(10.0, e) / factor;
      if (value >= low * (1 - kTiny) && value <= high * (1 + kTiny)) {
        ticks.push_back({.value = value, .text = number_text(value * factor)});
      }
    }
  }
  return ticks;
}

}  // namespace

AxisScale AxisScale::linear(double low, double high) {
  MURMUR_CHECK(std::isfinite(low) && std::isfinite(high) && low <= high, "{} .. {}", low, high);
  if (high - low <= kTiny * std::max(std::abs(low), std::abs(high))) {
    const double half = low == 0 ? 0.5 : 0.05 * std::abs(low);
    return {low - half, high + half, false};
  }
  return {low, high, false};
}

AxisScale AxisScale::logarithmic(double low, double high) {
  MURMUR_CHECK(low > 0 && std::isfinite(high) && low <= high, "{} .. {}", low, high);
  if (high < 2 * low) {
    const double middle = std::sqrt(low) * std::sqrt(high);
    return {middle / 2, middle * 2, true};
  }
  return {low, high, true};
}

double AxisScale::position(double value) const {
  if (logarithmic_) {
    return std::log(value / low_) / std::log(high_ / low_);
  }
  return (value - low_) / (high_ - low_);
}

std::vector<Tick> AxisScale::ticks(int wanted, double factor) const {
  return logarithmic_ ? logarithmic_ticks(low_, high_, wanted, factor)
                      : linear_ticks(low_, high_, wanted, factor);
}

}  // namespace murmur::run
