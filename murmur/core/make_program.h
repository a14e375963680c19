// SPDX-License-Identifier: Apache-2.0
// EventSchedule an algorithm's text (stage.h) into a Program. Only murmur/algorithms includes this,
// compiled with -fno-math-errno -ffp-contract=off so that loops vectorise and every compiler rounds
// alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "murmur/core/kernel.h"
#include "murmur/core/program.h"

namespace murmur {
namespace detail {

// Bits of an algorithm's own fields -> bits of the program's.
constexpr std::uint64_t translate(std::uint64_t mask, const std::vector<std::size_t>& binds) {
  std::uint64_t translated = 0;
  for (std::size_t k = 0; k < binds.size(); ++k) {
    translated |= std::uint64_t{has(mask, k) ? 1U : 0U} << binds[k];
  }
  return translated;
}

template <template <class> class A, class S, std::size_t K>
Stage<S> make_stage(const std::vector<std::size_t>& binds,
                    const std::shared_ptr<const typename A<S>::Options>& options) {
  using Made = KernelOf<A, S, K>;
  constexpr auto kSpec = std::get<K>(A<S>::kRound);
  Stage<S> stage{.kind = kSpec.kind,
                 .binds = binds,
                 .fields = {},
                 .over = kSpec.over,
                 .due = {},
                 .options = options};
  if constexpr (kSpec.kind == StageKind::kGradient) {
    stage.at = binds[place_of<A<S>>(kSpec.at)];
  }
  for (const std::string_view field : kSpec.fields) {
    if (!field.empty()) {
      stage.fields.push_back(binds[place_of<A<S>>(field)]);
    }
  }
  if constexpr (!kSpec.into.empty()) {
    stage.into = binds[place_of<A<S>>(kSpec.into)];
  }
  if constexpr (!std::is_same_v<std::remove_cvref_t<decltype(kSpec.kernel)>, NoKernel>) {
    check_access<A, K>(options_as<typename A<Recorder>::Options>(*options), Made::kAccess);
    stage.reads = translate(Made::reads(), binds);
    stage.writes = translate(Made::kAccess.writes, binds);
    if constexpr (kSpec.kind == StageKind::kReduce && kSpec.over == Over::kFilter) {
      stage.kernel = &Made::template map<place_of<A<S>>(kSpec.into)>;
    } else if constexpr (kSpec.kind == StageKind::kReduce) {
      stage.reducer = &Made::sum;
    } else {
      stage.kernel = &Made::run;
    }
  }
  if constexpr (kSpec.periodic) {
    stage.due = [options](std::int64_t step) { return A<S>::due(step, *options); };
  }
  return stage;
}

}  // namespace detail

// Appends A's stages to a program; A's k-th field is the program's field binds[k]. The new stages
// are returned, for whoever places them at some steps only.
template <template <class> class A, class S>
std::span<Stage<S>> append_stages(Program<S>& program,
                                  const typename A<S>::Options& options,
                                  const std::vector<std::size_t>& binds) {
  const auto shared = std::make_shared<const typename A<S>::Options>(options);
  constexpr std::size_t kStages = std::tuple_size_v<decltype(A<S>::kRound)>;
  [&]<std::size_t... K>(std::index_sequence<K...>) {
    (program.round.push_back(detail::make_stage<A, S, K>(binds, shared)), ...);
  }
  (std::make_index_sequence<kStages>{});
  return std::span<Stage<S>>(program.round).last(kStages);
}

// The runnable form of algorithm A with these options.
template <template <class> class A, class S>
Program<S> make_program(const typename A<S>::Options& options = {}) {
  static_assert(Scalar<S>);
  Program<S> program;
  program.name = std::string(A<S>::kName);
  for (const Field& field : A<S>::kFields) {
    program.add_field(field);
  }
  std::vector<std::size_t> binds(program.fields.size());
  std::iota(binds.begin(), binds.end(), std::size_t{0});
  append_stages<A, S>(program, options, binds);
  if constexpr (requires { A<S>::kAsynchronous; }) {
    program.event_stages = program.round.size();
  }
  if constexpr (requires { A<S>::kStillRate; }) {
    program.still_rate = A<S>::kStillRate;
  }
  return program;
}

}  // namespace murmur
