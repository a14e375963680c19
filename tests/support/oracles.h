// SPDX-License-Identifier: Apache-2.0
// The notation of the oracles. All workers' vectors are stored one after the other in one array of
// numbers, so that a naive copy of a listing reads like the listing; programs, problems and
// topologies are found by name.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <valarray>
#include <vector>

#include "murmur/algorithms/outer/outer.h"
#include "murmur/problems/analytic.h"
#include "tests/support/worlds.h"

namespace murmur::testing {

// Rounding of a few hundred steps on numbers near 1.
inline constexpr double kRounding = 1e-12;

// Options by name; the others keep their defaults.
using NamedOptions = std::vector<std::pair<std::string, OptionValue>>;

Program<double> program_of(const std::string& algorithm, const NamedOptions& options = {});
Program<double> program_of(const Variant& variant);
// `base` with the outer step after it. REQUIRES: `period` is given.
Program<double> with_outer_of(const std::string& outer,
                              const NamedOptions& options,
                              Program<double> base,
                              bool starts_differ = false);
// The stages before the first mixing: one step of it yields the input of the mixing.
Program<double> until_mixing(Program<double> program);

using MakeProblem = std::function<std::unique_ptr<problems::Problem<double>>()>;
MakeProblem problem_of(const std::string& name, int workers, const NamedOptions& options);

using SharedTopology = std::shared_ptr<const topology::Topology>;
SharedTopology topology_of(const std::string& name, int workers, const NamedOptions& options);
SharedTopology weights_of(const Table& matrix);  // "custom", the same at every step
// Topologies whose matrices all have rows and columns that sum to one.
std::vector<std::pair<std::string, SharedTopology>> doubly_stochastic_topologies();

// The workers' vectors, one after the other.
using Stack = std::valarray<double>;

Stack mix(const Table& w, const Stack& all);
Stack mean_of(const Stack& all, int workers);     // the length of one worker's vector
Stack everywhere(const Stack& one, int workers);  // the same on all
Stack of_worker(const Stack& all, int workers, int worker);
// Largest difference of two coordinates; NaN if one is NaN.
double apart(const Stack& a, const Stack& b);
// Distance of the furthest worker to the mean, in the largest coordinate.
double spread(const Stack& all, int workers);

// f_i(x) = 1/2 sum_k a_ik (x_k - b_ik)^2, and the start.
struct Quadratic {
  int workers = 1;
  Stack curvature;
  Stack center;
  Stack start;

  std::size_t dimension() const { return center.size() / static_cast<std::size_t>(workers); }
  Stack gradient(const Stack& x, double decay = 0) const {
    return curvature * (x - center) + decay * x;
  }
  MakeProblem problem() const;
};

// Curvatures in [1, 2), centers in [-1, 1), one start for all; always the same numbers.
Quadratic random_quadratic(int workers, std::size_t dimension = 5);
// Four workers in two dimensions: the problem of golden_vectors.h.
Quadratic golden_quadratic();

// An engine, performed step by step. spec.rates are not used.
class Walk {
 public:
  explicit Walk(const RunSpec<double>& spec) : solo_(spec) {}

  void step(double rate);
  void steps(const std::vector<double>& rates);
  Stack models() const;
  Stack field(const std::string& name) const;  // all workers', or the one row
  // Continues from the state of `other`, whose program has at least these fields.
  void take_state_of(const Walk& other);
  void set_models(const Stack& all);
  void set_field(const std::string& name, const Stack& all);

  const engine::Engine<double>& engine() const { return *solo_.engine; }

 private:
  Stack stack_of(const std::function<const double*(int worker)>& row, int workers) const;

  Solo<double> solo_;
};

// A walk over a quadratic.
Walk walk_over(const Quadratic& quadratic,
               Program<double> program,
               SharedTopology topology,
               double decay = 0);

// `count` times the same rate.
std::vector<double> constant(double rate, int count);

}  // namespace murmur::testing
