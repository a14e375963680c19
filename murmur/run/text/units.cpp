// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/text/units.h"

#include <array>
#include <cmath>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace murmur::run {
namespace {

std::string superscript(int exponent) {
  static constexpr std::array<std::string_view, 10> kDigits{
      "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
  std::string text;
  for (const char c : std::to_string(exponent)) {
    text += c == '-' ? std::string_view("⁻") : kDigits.at(static_cast<std::size_t>(c - '0'));
  }
  return text;
}

// Removes trailing zeros; "-0" becomes "0".
std::string trimmed(std::string text) {
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
      text.pop_back();
    }
  }
  return text == "-0" ? "0" : text;
}

}  // namespace

Display display_of(Unit unit, double largest) {
  const double size = std::abs(largest);
  switch (unit) {
    case Unit::kFraction:
      return {.factor = 100, .name = "%"};
    case Unit::kBytes:
      for (const auto& [limit, name] :
           {std::pair{1e12, "TB"}, {1e9, "GB"}, {1e6, "MB"}, {1e3, "kB"}}) {
        if (size >= limit) {
          return {.factor = 1 / limit, .name = name};
        }
      }
      return {.factor = 1, .name = "bytes"};
    case Unit::kSeconds:
      if (size >= 2 * 3600) {
        return {.factor = 1.0 / 3600, .name = "h"};
      }
      if (size >= 120) {
        return {.factor = 1.0 / 60, .name = "min"};
      }
      return size >= 0.1 || size == 0 ? Display{.factor = 1, .name = "s"}
                                      : Display{.factor = 1000, .name = "ms"};
    case Unit::kNumber:
      break;
  }
  return {};
}

std::string number_text(double value) {
  if (std::isnan(value)) {
    return "not a number";
  }
  if (std::isinf(value)) {
    return value > 0 ? "∞" : "-∞";
  }
  const double size = std::abs(value);
  if (value == 0 || (size >= 9.9995e-4 && size < 999999.5)) {
    if (size >= 999.95) {
      return fmt::format("{:.0f}", value);
    }
    const int digits = value == 0 ? 0 : 3 - static_cast<int>(std::floor(std::log10(size)));
    return trimmed(fmt::format("{:.{}f}", value, digits));
  }
  const std::string scientific = fmt::format("{:.2e}", value);
  const std::size_t e = scientific.find('e');
  const std::string mantissa = trimmed(scientific.substr(0, e));
  const std::string power = "10" + superscript(std::stoi(scientific.substr(e + 1)));
  if (mantissa == "1") {
    return power;
  }
  return mantissa == "-1" ? "-" + power : mantissa + "×" + power;
}

std::string quantity_text(double value, Unit unit) {
  const Display display = display_of(unit, value);
  const std::string text = number_text(value * display.factor);
  return display.name.empty() ? text : text + " " + display.name;
}

}  // namespace murmur::run
