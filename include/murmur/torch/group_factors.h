// SPDX-License-Identifier: Apache-2.0
// The rates and weight decays of groups of parameters as factors of those of the first group. A
// schedule multiplies all rates by one number: factors that are the same up to rounding stay as
// they are, so a step has the bits of a simulation with these factors.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include <murmur/task.h>

namespace murmur::detail {

class GroupFactors {
 public:
  struct Factors {
    double rate = 1;
    double decay = 1;
  };

  // `weight_decay`: of factor 1; less than 0: groups have none of their own.
  explicit GroupFactors(double weight_decay) : weight_decay_(weight_decay) {}

  // The rates and decays of the groups, of a decay less than 0 those of all. Returns whether a
  // factor is another one than before.
  bool update(const std::vector<double>& rates, const std::vector<double>& decays) {
    bool changed = factors_.size() != rates.size();
    factors_.resize(rates.size());
    for (std::size_t g = 0; g < rates.size(); ++g) {
      changed = set(factors_[g].rate, rates[g], rates[0], "rate", g) || changed;
      if (decays[g] >= 0) {
        changed = set(factors_[g].decay, decays[g], weight_decay_, "weight decay", g) || changed;
      }
    }
    return changed;
  }
  const Factors& of(std::size_t group) const { return factors_[group]; }

 private:
  static bool set(double& factor, double value, double base, const char* what, std::size_t group) {
    constexpr double kRounding = 1e-9;
    if (std::abs(value - factor * base) <= kRounding * std::abs(value)) {
      return false;
    }
    if (!(base > 0)) {
      throw Error("the " + std::string(what) + " of group " + std::to_string(group) + " is " +
                  std::to_string(value) + ", and that of the first group, or of all, is " +
                  std::to_string(base) + "; it is to be more than 0");
    }
    factor = value / base;
    return true;
  }

  double weight_decay_;
  std::vector<Factors> factors_;
};

}  // namespace murmur::detail
