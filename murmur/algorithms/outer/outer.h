// SPDX-License-Identifier: Apache-2.0
// An outer step: a small program appended to any base program, performed once per round of `period`
// steps. It turns the workers' mean and an anchor into the point from which all go on.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "murmur/core/options.h"
#include "murmur/core/per_scalar.h"
#include "murmur/core/program.h"

namespace murmur::algorithms {

// When outer steps are due: after steps start + period, start + 2 period, ... (phase last) or
// start + 1, start + period + 1, ... (phase first), counted in steps performed.
struct Calendar {
  std::int64_t period = 1;
  std::int64_t start = 0;
  bool first = false;
  bool average_before = false;  // until `start` the models are averaged after every step

  bool due(std::int64_t step) const {
    return step >= start && (first ? step - start : step + 1 - start) % period == 0;
  }
};

// From the common options of an outer step.
Calendar calendar_of(const OptionValues& values);

// The fields of a composed program that an outer rule works on.
struct OuterFields {
  std::size_t mean = 0;    // the workers' mean, or (without exact average) the worker's own model
  std::size_t anchor = 0;  // where the last round began, and after the rule the next begins
  std::size_t slow = 0;    // the rule's own memory
  std::size_t next = 0;    // of a rule that pulls: where the worker goes on
};

// Of hierarchical averaging: every `period` steps over contiguous groups of `group` workers, 0:
// all.
struct Level {
  std::int64_t period = 1;
  int group = 0;
};

struct OuterStep {
  std::string name;
  std::string summary;
  std::string paper;
  std::vector<OptionInfo> options;  // its own, then the common ones
  bool has_anchor = true;           // false: the mean itself is where the next round begins
  std::string_view slow_name;       // empty: no memory of its own
  bool pulls = false;  // every worker goes on from a point of its own, and keeps its mass

  // Appends the rule's stages and returns how many.
  template <class S>
  using Append = std::function<std::size_t(Program<S>&, const OptionValues&, const OuterFields&)>;
  PerScalar<Append> append;
};

const std::vector<OuterStep>& outer_steps();
const OuterStep* find_outer_step(std::string_view name);

// The workers meet the outer step one after the other.
bool visits_sequentially(const OptionValues& values);

// `base` with the outer step behind its round. starts_differ: the workers' first models are not the
// same, so each keeps an anchor of its own. With `levels`, of ascending periods, the largest that
// is due takes the place of the option `period`. REQUIRES: `values` holds all of the outer step's
// options; levels go with a step without anchor and with exact averages; a step that visits the
// workers in turn goes with exact averages, one start and a base that keeps a model per worker.
template <class S>
Program<S> with_outer(Program<S> base,
                      const OuterStep& outer,
                      const OptionValues& values,
                      bool starts_differ,
                      const std::vector<Level>& levels = {});

// `base` with the outer step "average" of these options, in which encoded differences travel
// (compressed.cpp). REQUIRES: a base without messages that keeps a model per worker; exact
// averages; one start, and no outer steps before `start_step` but for averages at every step.
template <class S>
Program<S> with_compressed_average(Program<S> base, const OptionValues& values);

extern template Program<float> with_compressed_average(Program<float>, const OptionValues&);
extern template Program<double> with_compressed_average(Program<double>, const OptionValues&);
extern template Program<float> with_outer(
    Program<float>, const OuterStep&, const OptionValues&, bool, const std::vector<Level>&);
extern template Program<double> with_outer(
    Program<double>, const OuterStep&, const OptionValues&, bool, const std::vector<Level>&);

}  // namespace murmur::algorithms
