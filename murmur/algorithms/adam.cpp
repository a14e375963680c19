// SPDX-License-Identifier: Apache-2.0
// Adam on each worker's own data (Kingma and Ba, ICLR 2015), as torch.optim.Adam, and AdamW
// (Loshchilov and Hutter, ICLR 2019), as torch.optim.AdamW, without communication. The base of
// Local Adam.
//
//   x  = (1 - lr lambda) x                AdamW: decoupled decay, before the step
//   m  = b1 m + (1 - b1) g
//   v  = b2 v + (1 - b2) g g              Adam: g includes lambda x
//   x' = x - lr/c1 m / (sqrt(v)/sqrt(c2) + eps)
#include "murmur/algorithms/adam_step.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S, bool kDecoupled>
struct AdamRule {
  using Options = AdamOptions<S>;
  static constexpr auto kOptions = adam_options<Options>();

  struct State {
    S x;  // parameters
    S m;  // first moment
    S v;  // second moment
  };
  static constexpr std::array kFields{model("x"), memory("exp_avg"), memory("exp_avg_sq")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = first_moment(s.m, g, o);
    const S v = second_moment(s.v, g, o);
    const S x = kDecoupled ? s.x - r.lr * r.weight_decay * s.x : s.x;
    return {.x = adam_step(x, m, v, r, o), .m = m, .v = v};
  }

  static constexpr auto kRound =
      stages(with_gradient(step, "x", kDecoupled ? Decay::kPlacedByKernel : Decay::kCoupled));
};

template <class S>
struct Adam : AdamRule<S, false> {
  static constexpr std::string_view kName = "adam";
};

template <class S>
struct AdamW : AdamRule<S, true> {
  static constexpr std::string_view kName = "adamw";
};

}  // namespace

Algorithm adam() {
  return entry<Adam>("local Adam step with coupled decay, no communication of its own",
                     "Kingma, Ba: Adam, a method for stochastic optimization, ICLR 2015");
}

Algorithm adamw() {
  return entry<AdamW>("local Adam step with decoupled decay, no communication of its own",
                      "Loshchilov, Hutter: Decoupled weight decay regularization, ICLR 2019");
}

}  // namespace murmur::algorithms
