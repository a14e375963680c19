// SPDX-License-Identifier: Apache-2.0
// The options of a named thing (an algorithm, a topology, a model, a problem, an outer step). Help,
// validation, `murmur list` and the resolved configuration are derived from them.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace murmur {

using Table = std::vector<std::vector<double>>;  // rows of numbers
using Tables = std::vector<Table>;               // matrices, one per step, repeated

using OptionValue = std::variant<bool,
                                 std::int64_t,
                                 double,
                                 std::string,
                                 std::vector<std::int64_t>,
                                 std::vector<double>,
                                 Table,
                                 Tables>;

// The range of an option; `text` describes it in error messages.
struct Bounds {
  double low = 0;
  double high = 0;
  bool low_open = false;
  bool high_open = false;
  std::string_view text;

  constexpr bool contains(double value) const {
    return (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
  }
};

inline constexpr double kHuge = 1.7976931348623157e308;
inline constexpr Bounds kAnyNumber{-kHuge, kHuge, false, false, "a finite number"};
inline constexpr Bounds kPositive{0, kHuge, true, false, "a positive finite number"};
inline constexpr Bounds kNonNegative{0, kHuge, false, false, "a finite number, 0 or more"};
inline constexpr Bounds kMomentum{0, 1, false, true, "a number in [0, 1)"};
inline constexpr Bounds kProbability{0, 1, true, false, "a number in (0, 1]"};
inline constexpr Bounds kShare{0, 1, false, false, "a number in [0, 1]"};
inline constexpr Bounds kCount{1, 9e15, false, false, "an integer, 1 or more"};
inline constexpr Bounds kIndex{0, 9e15, false, false, "an integer, 0 or more"};

struct OptionInfo {
  std::string name;
  std::string help;                       // one line, with the unit if there is one
  OptionValue fallback;                   // its alternative is the option's type, even if required
  Bounds bounds = kAnyNumber;             // of each number in the value
  std::vector<std::string> choices = {};  // of a text
  bool required = false;                  // no fallback
  std::size_t length = 0;                 // of a list; 0: any
};

// Checked values of all options of a named thing.
class OptionValues {
 public:
  OptionValues() = default;
  // Every option at its fallback. REQUIRES: required options are set before they are read.
  explicit OptionValues(const std::vector<OptionInfo>& infos);

  void set(const std::string& name, OptionValue value) { values_[name] = std::move(value); }
  bool has(const std::string& name) const { return values_.contains(name); }
  const std::map<std::string, OptionValue>& all() const { return values_; }

  // REQUIRES: there is an option `name` of that type.
  bool flag(const std::string& name) const;
  std::int64_t integer(const std::string& name) const;
  double number(const std::string& name) const;
  const std::string& text(const std::string& name) const;
  const std::vector<std::int64_t>& integers(const std::string& name) const;
  const std::vector<double>& numbers(const std::string& name) const;
  const Table& table(const std::string& name) const;
  const Tables& tables(const std::string& name) const;

 private:
  template <class T>
  const T& get(const std::string& name) const;

  std::map<std::string, OptionValue> values_;
};

}  // namespace murmur
