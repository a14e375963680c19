// SPDX-License-Identifier: Apache-2.0
// Makes an entry of the registry from an algorithm's definition (core/stage.h).
#pragma once

#include <functional>
#include <string>
#include <utility>

#include "murmur/algorithms/algorithm.h"
#include "murmur/algorithms/talk.h"
#include "murmur/core/make_program.h"
#include "murmur/core/option_reading.h"

namespace murmur::algorithms {

template <template <class> class A>
Algorithm entry(std::string summary, std::string paper) {
  return {.name = std::string(A<double>::kName),
          .summary = std::move(summary),
          .paper = std::move(paper),
          .options = describe_options<A<double>>(),
          .make = PerScalar<ProgramMaker>::from([]<class S>() -> ProgramMaker<S> {
            return [](const OptionValues& v) { return make_program<A, S>(read_options<A<S>>(v)); };
          })};
}

// `general`, with the program of A where `applies` holds. A takes the same options or fewer, and
// keeps fewer fields.
template <template <class> class A>
Algorithm with_case(Algorithm general, std::function<bool(const OptionValues&)> applies) {
  general.make = PerScalar<ProgramMaker>::from([&]<class S>() -> ProgramMaker<S> {
    return [applies, otherwise = general.make.get<S>()](const OptionValues& v) {
      return applies(v) ? make_program<A, S>(read_options<A<S>>(v)) : otherwise(v);
    };
  });
  return general;
}

}  // namespace murmur::algorithms
