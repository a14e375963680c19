// SPDX-License-Identifier: Apache-2.0
// Turns an algorithm's text (stage.h) into a Program. Only murmur/algorithms includes this,
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

// The kernel of A's K-th stage, without a function; none where it has none.
template <template <class> class A, class S, std::size_t K>
BoundKernel<S> bind_kernel(const std::vector<std::size_t>& binds,
                           const std::shared_ptr<const typename A<S>::Options>& options) {
  using Made = KernelOf<A, S, K>;
  check_access<A, K>(options_as<typename A<Recorder>::Options>(*options), Made::kAccess);
  return {.apply = nullptr,
          .binds = binds,
          .reads = translate(Made::reads(), binds),
          .writes = translate(Made::kAccess.writes, binds),
          .options = options};
}

template <template <class> class A, class S, std::size_t K>
typename Stage<S>::Variant make_what(const std::vector<std::size_t>& binds,
                                     const std::shared_ptr<const typename A<S>::Options>& options) {
  using Made = KernelOf<A, S, K>;
  constexpr auto kSpec = std::get<K>(A<S>::kRound);
  const auto place = [&](std::string_view name) { return binds[place_of<A<S>>(name)]; };
  const auto places = [&](const auto& names) {
    std::vector<std::size_t> all;
    for (const std::string_view name : names) {
      if (!name.empty()) {
        all.push_back(place(name));
      }
    }
    return all;
  };
  if constexpr (kSpec.kind == StageKind::kMix) {
    return MixStage{places(kSpec.fields)};
  } else if constexpr (kSpec.kind == StageKind::kPush) {
    return PushStage{place(kSpec.fields[0])};
  } else if constexpr (kSpec.kind == StageKind::kAverage) {
    return AverageStage{.field = place(kSpec.fields[0]), .into = place(kSpec.into)};
  } else if constexpr (kSpec.kind == StageKind::kPublish) {
    return PublishStage{.difference = place(kSpec.fields[0]), .copy = place(kSpec.into)};
  } else if constexpr (kSpec.kind == StageKind::kMixPublic) {
    return MixPublicStage{.copy = place(kSpec.fields[0]), .into = place(kSpec.into)};
  } else if constexpr (kSpec.kind == StageKind::kCodedAverage) {
    CodedAverageStage coded{.field = place(kSpec.fields[0]), .into = place(kSpec.into)};
    if constexpr (!kSpec.fields[1].empty()) {
      coded.decoded = place(kSpec.fields[1]);
    }
    return coded;
  } else if constexpr (kSpec.kind == StageKind::kTalk) {
    return TalkStage{kSpec.way, places(kSpec.fields), kSpec.over_graph};
  } else {
    BoundKernel<S> kernel = bind_kernel<A, S, K>(binds, options);
    if constexpr (kSpec.kind == StageKind::kReduce && kSpec.over == Over::kFilter) {
      kernel.apply = &Made::template map<place_of<A<S>>(kSpec.into)>;
      return FilterReduceStage<S>{std::move(kernel), place(kSpec.into)};
    } else if constexpr (kSpec.kind == StageKind::kReduce) {
      return ReduceStage<S>{&Made::sum, std::move(kernel)};
    } else {
      kernel.apply = &Made::run;
      if constexpr (kSpec.kind == StageKind::kGradient) {
        return GradientStage<S>{std::move(kernel), place(kSpec.at)};
      } else if constexpr (kSpec.kind == StageKind::kSequential) {
        return SequentialStage<S>{std::move(kernel)};
      } else {
        return LocalStage<S>{std::move(kernel)};
      }
    }
  }
}

template <template <class> class A, class S, std::size_t K>
Stage<S> make_stage(const std::vector<std::size_t>& binds,
                    const std::shared_ptr<const typename A<S>::Options>& options) {
  Stage<S> stage{.what = make_what<A, S, K>(binds, options)};
  if constexpr (std::get<K>(A<S>::kRound).periodic) {
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
  program.add_kept_factors();
  if constexpr (requires { A<S>::kAsynchronous; }) {
    program.event_stages = program.round.size();
  }
  if constexpr (requires { A<S>::kStillRate; }) {
    program.still_rate = A<S>::kStillRate;
  }
  if constexpr (requires { A<S>::kNeeds; }) {
    program.needs = A<S>::kNeeds;
  }
  if constexpr (requires { A<S>::round_steps(options); }) {
    program.round_steps = A<S>::round_steps(options);
  }
  return program;
}

}  // namespace murmur
