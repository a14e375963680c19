// SPDX-License-Identifier: Apache-2.0
// QHAdam (Ma and Yarats, ICLR 2019) on each worker's own data, without communication. The moments
// are running means, which need no correction of bias: the first gradient is the first mean.
//
//   m  = m + (g - m) / k1        k = 1 + beta k, from 0: the sum of the weights
//   v  = v + (g g - v) / k2
//   x' = x - lr ((1 - nu1) g + nu1 m) / (sqrt((1 - nu2) g g + nu2 v) + eps)
//
// nu1 = nu2 = 1 is Adam, nu1 = 0 and nu2 = 1 RMSProp with correction of bias.
#include "murmur/algorithms/adam_step.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

// 1 / k after `age` earlier steps: (1 - beta) / (1 - beta^(age + 1)).
template <class R>
constexpr R share_of_new(R beta, std::int64_t age) {
  return (1 - beta) / bias_correction(beta, age);
}

template <class S>
struct QhAdam {
  static constexpr std::string_view kName = "qhadam";

  struct Options {
    Real<S> beta1 = Real<S>(0.9);
    Real<S> beta2 = Real<S>(0.999);
    Real<S> nu1 = Real<S>(0.7);
    Real<S> nu2 = Real<S>(1);
    Real<S> eps = Real<S>(1e-8);
  };
  static constexpr auto kOptions = std::tuple_cat(
      adam_options<Options>(),
      std::tuple{pair(
          "nus", &Options::nu1, &Options::nu2, kShare, "shares of the two moments in a step")});

  struct State {
    S x;  // parameters
    S m;  // mean of gradients
    S v;  // mean of their squares
  };
  static constexpr std::array kFields{model("x"), memory("exp_avg"), memory("exp_avg_sq")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = s.m + share_of_new(o.beta1, r.age) * (g - s.m);
    const S v = s.v + share_of_new(o.beta2, r.age) * (g * g - s.v);
    const S direction = (1 - o.nu1) * g + o.nu1 * m;
    const S scale = sqrt((1 - o.nu2) * (g * g) + o.nu2 * v) + o.eps;
    return {.x = s.x - r.lr * (direction / scale), .m = m, .v = v};
  }

  static constexpr auto kRound = stages(with_gradient(step));
};

}  // namespace

Algorithm qhadam() {
  return entry<QhAdam>("local quasi-hyperbolic Adam, no communication of its own",
                       "Ma, Yarats: Quasi-hyperbolic momentum and Adam for deep learning, ICLR "
                       "2019");
}

}  // namespace murmur::algorithms
