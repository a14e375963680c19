// SPDX-License-Identifier: Apache-2.0
// Numbers as text, with the unit in which they have few digits.
#pragma once

#include <string>

namespace murmur::run {

// What a number measures; decides how it is shown.
enum class Unit {
  kNumber,
  kFraction,  // shown as percent
  kBytes,     // shown as kB, MB, GB, powers of ten
  kSeconds,   // shown as ms, s, min, h
};

// shown = value * factor, followed by `name` ("" for plain numbers).
struct Display {
  double factor = 1;
  std::string name;
};

// The display in which `largest` (in the unit's own terms) has few digits before the point.
Display display_of(Unit unit, double largest);

// A number as a person writes it: four significant digits, no trailing zeros, 1.5×10⁻⁷ beyond.
std::string number_text(double value);

// The same with its unit: "86.5 %", "1.2 GB", "3.1 min".
std::string quantity_text(double value, Unit unit);

}  // namespace murmur::run
