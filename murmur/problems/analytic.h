// SPDX-License-Identifier: Apache-2.0
// The analytic problems: small functions with known solutions, used to verify algorithms.
//
//   quadratic    1/2 sum_k a_ik (x_k - b_ik)^2
//   quartic      1/4 sum_k a_ik (x_k - b_ik)^4
//   distance     ||x - b_i||, a gradient of unit length
//   rosenbrock   (1 - x)^2 + 100 (y - x^2)^2, the same for all workers
//   consensus    0: only mixing changes the models
//
// Parameters are tables with one row for all workers or one row per worker.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "murmur/core/error.h"
#include "murmur/core/options.h"
#include "murmur/problems/problem.h"

namespace murmur::problems {

// An entry of the registry of analytic problems, as `murmur list problems` shows it.
struct ProblemInfo {
  std::string name;
  std::string summary;
  std::string paper;  // empty if there is none
  std::vector<OptionInfo> options;
};

const std::vector<ProblemInfo>& problems();

// REQUIRES: `options` holds all options of the problem. Tables whose shapes do not match one
// another or the number of workers are a Failure of kind kInvalid that states what was given and
// what is allowed.
template <class S>
Result<std::unique_ptr<Problem<S>>> make_problem(const std::string& name,
                                                 int workers,
                                                 const OptionValues& options,
                                                 std::uint64_t seed);

extern template Result<std::unique_ptr<Problem<float>>> make_problem(const std::string&,
                                                                     int,
                                                                     const OptionValues&,
                                                                     std::uint64_t);
extern template Result<std::unique_ptr<Problem<double>>> make_problem(const std::string&,
                                                                      int,
                                                                      const OptionValues&,
                                                                      std::uint64_t);

}  // namespace murmur::problems
