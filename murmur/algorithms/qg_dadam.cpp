// SPDX-License-Identifier: Apache-2.0
// QG-DAdam: decentralized Adam with quasi-global moments (Lin et al., ICML 2021, and its code).
//
//   a  = b1 m1 + k g ;   b = b2 m2 + (1 - b2) g g         temporaries
//   x' = sum_j w_ij (x_j - lr/c1 a_j / (sqrt(b_j)/sqrt(c2) + eps))
//   d  = x - x' ;   n = d / (||d|| + eps_n)               one norm over the worker's whole vector
//   m1' = b1 m1 + (1 - b1) n ;   m2' = b2 m2 + (1 - b2) n n
//
// At a learning rate of 0, m1, m2 and the age in c1 and c2 do not change. Otherwise m1 would
// accumulate gradients that m2 does not see, and the next step would divide them by the gradient of
// a single batch. The same holds up to kStillRate, below which d is mostly rounding error.
//
// v0: k = 1, as published. v1: k = 1 - b1, and the raw gradient is normalised per filter before the
// decay is added. v2 (the authors' latest): k = 1 - b1, and the first moment is Adam's, m1' = a.
#include "murmur/algorithms/adam_step.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

enum Version { kV0, kV1, kV2 };

template <class S>
constexpr bool rests(const Round<S>& r, double still_rate) {
  return static_cast<double>(r.lr) <= still_rate;
}

template <class S>
struct QgAdamOptions {
  Real<S> beta1 = Real<S>(0.9);
  Real<S> beta2 = Real<S>(0.999);
  Real<S> eps = Real<S>(1e-8);
  Real<S> normalization_eps = Real<S>(1e-8);
  int version = kV2;
};

template <class S, Version kVersion>
struct QuasiGlobalAdam {
  static constexpr std::string_view kName = "qg-dadam";
  static constexpr double kStillRate = 1e-8;
  using Options = QgAdamOptions<S>;
  static constexpr auto kOptions = std::tuple_cat(
      adam_options<Options>(),
      std::tuple{
          number("normalization_eps",
                 &Options::normalization_eps,
                 kPositive,
                 "added to the norm of a motion before dividing by it"),
          choice(
              "version", &Options::version, {"v0", "v1", "v2"}, "which of the published forms")});

  struct State {
    S x;      // parameters
    S m1;     // first moment
    S m2;     // second moment
    S start;  // x at the start of the round
    S g;      // v1: the raw gradient
    S norm;   // v1: sum of squares over the gradient's filter
  };
  static constexpr std::array kFields{model("x"),
                                      memory("exp_avg"),
                                      memory("exp_avg_sq"),
                                      scratch("start"),
                                      scratch("gradient"),
                                      scratch("filter_norm")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S a = kVersion == kV0 ? o.beta1 * s.m1 + g : first_moment(s.m1, g, o);
    const S b = second_moment(s.m2, g, o);
    State next = s;
    next.x = adam_step(s.x, a, b, r, o);
    next.start = s.x;
    if constexpr (kVersion == kV2) {
      next.m1 = rests(r, kStillRate) ? s.m1 : a;
    }
    return next;
  }

  static constexpr S motion_squared(const State& s, const Round<S>&, const Options&) {
    const S d = s.start - s.x;
    return d * d;
  }

  static constexpr State remember(const State& s, const Round<S>& r, const Options& o) {
    const S n = (s.start - s.x) / (sqrt(r.reduced) + o.normalization_eps);
    const bool still = rests(r, kStillRate);
    State next = s;
    if constexpr (kVersion != kV2) {
      next.m1 = still ? s.m1 : first_moment(s.m1, n, o);
    }
    next.m2 = still ? s.m2 : second_moment(s.m2, n, o);
    return next;
  }

  static constexpr State keep(const State& s, const S& g, const Round<S>&, const Options&) {
    State next = s;
    next.g = g;
    return next;
  }
  static constexpr S gradient_squared(const State& s, const Round<S>&, const Options&) {
    return s.g * s.g;
  }
  static constexpr State normalized_step(const State& s, const Round<S>& r, const Options& o) {
    const S g = s.g / (sqrt(s.norm) + Real<S>(1e-8)) + r.weight_decay * s.x;
    return step(s, g, r, o);
  }

  static constexpr auto round() {
    constexpr auto kAfter = stages(mix("x"), reduce(motion_squared), local(remember));
    if constexpr (kVersion == kV1) {
      return stages(with_gradient(keep, "x", Decay::kPlacedByKernel),
                    reduce_filters(gradient_squared, "filter_norm"),
                    local(normalized_step),
                    kAfter);
    } else {
      return stages(with_gradient(step), kAfter);
    }
  }
};

template <class S>
struct QgDAdamV0 : QuasiGlobalAdam<S, kV0> {
  static constexpr auto kRound = QuasiGlobalAdam<S, kV0>::round();
};
template <class S>
struct QgDAdamV1 : QuasiGlobalAdam<S, kV1> {
  static constexpr auto kRound = QuasiGlobalAdam<S, kV1>::round();
};
template <class S>
struct QgDAdamV2 : QuasiGlobalAdam<S, kV2> {
  static constexpr auto kRound = QuasiGlobalAdam<S, kV2>::round();
};

std::function<bool(const OptionValues&)> is_version(std::string version) {
  return [=](const OptionValues& v) { return v.text("version") == version; };
}

}  // namespace

Algorithm qg_dadam() {
  return with_case<QgDAdamV0>(
      with_case<QgDAdamV1>(
          entry<QgDAdamV2>("decentralized Adam with quasi-global moments",
                           "Lin, Karimireddy, Stich, Jaggi: Quasi-global momentum, ICML 2021"),
          is_version("v1")),
      is_version("v0"));
}

}  // namespace murmur::algorithms
