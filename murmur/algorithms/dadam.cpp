// SPDX-License-Identifier: Apache-2.0
// DAdam: local Adam, then mixing; the moments stay local. Decay is coupled (L2, not AdamW).
//
//   m  = b1 m + (1 - b1) g ;   v = b2 v + (1 - b2) g g
//   x' = sum_j w_ij (x_j - lr/c1 m_j / (sqrt(v_j)/sqrt(c2) + eps))
#include "murmur/algorithms/adam_step.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct DAdam {
  static constexpr std::string_view kName = "dadam";

  using Options = AdamOptions<S>;
  static constexpr auto kOptions = adam_options<Options>();

  struct State {
    S x;  // parameters
    S m;  // first moment, local
    S v;  // second moment, local
  };
  static constexpr std::array kFields{model("x"), memory("exp_avg"), memory("exp_avg_sq")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = first_moment(s.m, g, o);
    const S v = second_moment(s.v, g, o);
    return {.x = adam_step(s.x, m, v, r, o), .m = m, .v = v};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"));
};

}  // namespace

Algorithm dadam() {
  return entry<DAdam>("local Adam step, then mix; the moments stay local",
                      "Lin et al.: Quasi-global momentum, ICML 2021 (baseline)");
}

}  // namespace murmur::algorithms
