// SPDX-License-Identifier: Apache-2.0
// Numbers as text, in a unit in which they have few digits.
#pragma once

#include <string>

namespace murmur::run {

// What a number measures; decides how it is shown.
enum class Unit {
  kNumber,
  kFraction,  // shown as percent
  kBytes,     // shown as kB, MB, GB, TB: powers of ten
  kSeconds,   // shown as ms, s, min, h
};

// shown = value * factor, followed by `name` ("" for plain numbers).
struct Display {
  double factor = 1;
  std::string name;
};

// The display in which `largest` (a fraction, bytes or seconds) has few digits before the decimal
// point.
Display display_of(Unit unit, double largest);

// A number with four significant digits, or all digits of an integer part of four to six, without
// trailing zeros. Scientific notation with three digits (1.5×10⁻⁷) outside [10⁻³, 10⁶).
std::string number_text(double value);

// The value with its unit: "86.5 %", "1.2 GB", "3.1 min".
std::string quantity_text(double value, Unit unit);

}  // namespace murmur::run
