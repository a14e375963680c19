// SPDX-License-Identifier: Apache-2.0
// The loops that run a kernel over a block of coordinates: only what it reads is loaded, only what
// it writes is stored, and every field is a __restrict pointer of its own, so that they vectorise.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <tuple>
#include <utility>

#include "murmur/core/kernel_access.h"
#include "murmur/core/stage.h"

namespace murmur::detail {

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
    constexpr std::uint64_t kReads = reads();  // now: the search for names must not be in the loop
    const auto load = [&]<std::size_t F>(std::integral_constant<std::size_t, F>) {
      return has(kReads, F) ? p[F][i] : S(0);
    };
    const State s = [&]<std::size_t... F>(std::index_sequence<F...>) {
      return State{load(std::integral_constant<std::size_t, F>{})...};
    }
    (std::make_index_sequence<kCount>{});
    S gradient = kUsesGradient ? g[i] : S(0);
    if constexpr (kDecays && kUsesGradient) {
      constexpr std::size_t kAt = at();
      gradient = gradient + r.weight_decay * p[kAt][i];
    }
    return call<S>(kSpec.kernel, s, gradient, r, o);
  }

  template <std::size_t... F, class... P>
  // NOLINTNEXTLINE(readability-function-size): a pointer per field
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

}  // namespace murmur::detail
