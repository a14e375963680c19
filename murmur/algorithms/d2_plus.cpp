// SPDX-License-Identifier: Apache-2.0
// D2+: exact diffusion for a changing learning rate, as in the code of Lin et al. (ICML 2021): the
// last displacement is stored divided by its learning rate.
//
//   x' = sum_j w_ij (x_j - lr (d_j + g_j - g_j^previous))
//   d' = (x - x') / lr                     so that the mean moves by exactly -lr mean(g)
//
// With a constant rate it is D2. At a rate of 0 neither x nor d nor g_previous changes.
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct D2Plus {
  static constexpr std::string_view kName = "d2-plus";
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;           // parameters
    S d;           // last displacement, divided by its learning rate
    S previous_g;  // gradient of the step before
    S start;       // x at the start of the round
  };
  static constexpr std::array kFields{model("x"),
                                      memory("motion").that_corrects(),
                                      memory("previous_gradient").that_corrects(),
                                      scratch("start")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * (s.d + (g - s.previous_g)),
            .d = s.d,
            .previous_g = r.lr == 0 ? s.previous_g : g,
            .start = s.x};
  }

  static constexpr State remember(const State& s, const Round<S>& r, const Options&) {
    const S d = r.lr == 0 ? s.d : (s.start - s.x) / r.lr;
    return {.x = s.x, .d = d, .previous_g = s.previous_g, .start = s.start};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"), local(remember));
};

}  // namespace

Algorithm d2_plus() {
  return entry<D2Plus>("exact diffusion, right under a changing learning rate",
                       "Tang et al.: D2, ICML 2018; Lin et al.: Quasi-global momentum, ICML 2021");
}

}  // namespace murmur::algorithms
