// SPDX-License-Identifier: Apache-2.0
// Turns an algorithm's text (stage.h) into a Program. Only murmur/algorithms includes this,
// compiled with -fno-math-errno -ffp-contract=off so that loops vectorise and every compiler rounds
// alike.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <numeric>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "murmur/core/check.h"
#include "murmur/core/program.h"

namespace murmur {
namespace detail {

inline constexpr int kGradientBit = 62;

struct Access {
  std::uint64_t reads = 0;
  std::uint64_t writes = 0;
};

template <class A>
inline constexpr std::size_t kFieldCount = A::kFields.size();

// A State from N values, member by member.
template <class State, class Value, std::size_t... I>
constexpr State state_from(Value&& value, std::index_sequence<I...>) {
  return State{value(I)...};
}

template <class S, class Function, class State, class Options>
constexpr auto call(Function f, const State& s, const S& g, const Round<S>& r, const Options& o) {
  if constexpr (
      std::is_invocable_v<Function, const State&, const S&, const Round<S>&, const Options&>) {
    return f(s, g, r, o);
  } else {
    return f(s, r, o);
  }
}

// Runs kernel K of algorithm A with recording scalars: for a newborn and a grown state, for a rate
// of 0 and another, since kernels may ask for these.
template <template <class> class A, std::size_t K>
consteval Access access_of() {
  using Alg = A<Recorder>;
  constexpr auto kSpec = std::get<K>(Alg::kRound);
  constexpr std::size_t kCount = kFieldCount<Alg>;
  Access access;
  std::uint64_t kept = 0;  // left alone in some case: where written in another, the value is needed
  for (int variant = 0; variant < 4; ++variant) {
    Round<Recorder> round;
    round.lr = variant % 2;  // a schedule may reach 0
    round.previous_lr = variant % 2;
    round.age = variant / 2;
    round.step = round.age;
    const auto before = state_from<typename Alg::State>(
        [](std::size_t i) { return Recorder::field(static_cast<int>(i)); },
        std::make_index_sequence<kCount>{});
    const auto after = call<Recorder>(
        kSpec.kernel, before, Recorder::field(kGradientBit), round, typename Alg::Options{});
    if constexpr (std::is_same_v<std::remove_cvref_t<decltype(after)>, Recorder>) {
      access.reads |= after.reads();
    } else {
      const auto values = std::bit_cast<std::array<Recorder, kCount>>(after);
      for (std::size_t i = 0; i < kCount; ++i) {
        if (values[i].is_field(static_cast<int>(i))) {
          kept |= std::uint64_t{1} << i;
        } else {
          access.writes |= std::uint64_t{1} << i;
          access.reads |= values[i].reads();
        }
      }
    }
  }
  access.reads |= access.writes & kept;
  return access;
}

template <class A>
constexpr std::size_t place_of(std::string_view field) {
  std::size_t index = 0;
  while (A::kFields[index].name != field) {
    ++index;
  }
  return index;
}

constexpr bool has(std::uint64_t mask, std::size_t bit) {
  return ((mask >> bit) & 1U) != 0;
}

template <template <class> class A, class S, std::size_t K>
struct KernelOf {
  using Alg = A<S>;
  using Options = typename Alg::Options;
  using State = typename Alg::State;
  static constexpr std::size_t kCount = kFieldCount<Alg>;
  static constexpr auto kSpec = std::get<K>(Alg::kRound);
  static constexpr Access kAccess = access_of<A, K>();
  static constexpr bool kDecays =
      kSpec.kind == StageKind::kGradient && kSpec.decay == Decay::kCoupled;
  static constexpr bool kUsesGradient = has(kAccess.reads, kGradientBit);

  static constexpr std::size_t at() { return place_of<Alg>(kSpec.at); }
  static constexpr std::uint64_t reads() {
    std::uint64_t mask = kAccess.reads & ~(std::uint64_t{1} << kGradientBit);
    if (kDecays && kUsesGradient) {
      mask |= std::uint64_t{1} << at();
    }
    return mask;
  }

  // Coordinate i: loads what is read, applies the kernel.
  template <class Pointers>
  static auto value_at(
      const Pointers& p, const S* g, std::size_t i, const Round<S>& r, const Options& o) {
    const auto load = [&]<std::size_t F>(std::integral_constant<std::size_t, F>) {
      return has(reads(), F) ? p[F][i] : S(0);
    };
    const State s = [&]<std::size_t... F>(std::index_sequence<F...>) {
      return State{load(std::integral_constant<std::size_t, F>{})...};
    }
    (std::make_index_sequence<kCount>{});
    S gradient = kUsesGradient ? g[i] : S(0);
    if constexpr (kDecays && kUsesGradient) {
      gradient = gradient + r.weight_decay * p[at()][i];
    }
    return call<S>(kSpec.kernel, s, gradient, r, o);
  }

  template <std::size_t... F, class... P>
  [[gnu::noinline]] static void loop(std::index_sequence<F...>,
                                     std::size_t count,
                                     const Round<S>& round,
                                     const Options& options,
                                     const S* __restrict g,
                                     P* __restrict... fields) {
    const Round<S> r = round;
    const Options o = options;
    for (std::size_t i = 0; i < count; ++i) {
      S* const p[] = {fields...};
      const auto out = std::bit_cast<std::array<S, kCount>>(value_at(p, g, i, r, o));
      (store<F>(fields, i, out), ...);
    }
  }

  template <std::size_t F>
  static void store(S* field, std::size_t i, const std::array<S, kCount>& out) {
    if constexpr (has(kAccess.writes, F)) {
      field[i] = out[F];
    }
  }

  static void run(S* const* fields,
                  const S* gradient,
                  std::size_t count,
                  const Round<S>& round,
                  const void* options) {
    [&]<std::size_t... F>(std::index_sequence<F...> all) {
      loop(all, count, round, *static_cast<const Options*>(options), gradient, fields[F]...);
    }
    (std::make_index_sequence<kCount>{});
  }

  // The kernel's value at every coordinate, into a field: what a reduction over filters sums.
  template <std::size_t kInto>
  static void map(S* const* fields,
                  const S* gradient,
                  std::size_t count,
                  const Round<S>& round,
                  const void* options) {
    const Options o = *static_cast<const Options*>(options);
    S* const out = fields[kInto];
    for (std::size_t i = 0; i < count; ++i) {
      out[i] = value_at(fields, gradient, i, round, o);
    }
  }

  // Eight running sums, so that the order of additions is fixed and still vectorises.
  static double sum(S* const* fields,
                    const S* gradient,
                    std::size_t count,
                    const Round<S>& round,
                    const void* options) {
    constexpr std::size_t kLanes = 8;
    const Options o = *static_cast<const Options*>(options);
    std::array<double, kLanes> lanes{};
    std::size_t i = 0;
    for (; i + kLanes <= count; i += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes[lane] += static_cast<double>(value_at(fields, gradient, i + lane, round, o));
      }
    }
    for (std::size_t lane = 0; i < count; ++i, ++lane) {
      lanes[lane] += static_cast<double>(value_at(fields, gradient, i, round, o));
    }
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
           ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
};

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
  Stage<S> stage;
  stage.kind = kSpec.kind;
  stage.over = kSpec.over;
  stage.options = options;
  stage.binds = binds;
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
  program.fields.assign(A<S>::kFields.begin(), A<S>::kFields.end());
  std::vector<std::size_t> binds(program.fields.size());
  std::iota(binds.begin(), binds.end(), std::size_t{0});
  append_stages<A, S>(program, options, binds);
  return program;
}

}  // namespace murmur
