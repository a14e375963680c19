// SPDX-License-Identifier: Apache-2.0
// D2, exact diffusion (Tang, Lian, Yan, Zhang, Liu, ICML 2018). Needs every eigenvalue of W above
// -1/3. When the learning rate changes, the mean keeps its velocity; d2-plus
// adapts it.
//
//   x' = sum_j w_ij (2 x_j - x_j^previous - lr (g_j - g_j^previous))
//
// Initially x_previous = x and g_previous = 0, so the first step is that of DSGD.
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct D2 {
  static constexpr std::string_view kName = "d2";
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;           // parameters
    S previous_x;  // of the round before
    S previous_g;
  };
  static constexpr std::array kFields{model("x"),
                                      memory("previous_x").like_model().that_corrects(),
                                      memory("previous_gradient").that_corrects()};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    const S moved = s.x - s.previous_x;
    return {.x = s.x + moved - r.lr * (g - s.previous_g), .previous_x = s.x, .previous_g = g};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"));
};

}  // namespace

Algorithm d2() {
  return entry<D2>("exact diffusion, for a constant learning rate",
                   "Tang et al.: D2, decentralized training over decentralized data, ICML 2018");
}

}  // namespace murmur::algorithms
