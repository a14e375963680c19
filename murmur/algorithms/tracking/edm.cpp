// SPDX-License-Identifier: Apache-2.0
// EDM: exact diffusion with momentum (Hu et al., 2025). With beta = 0 it is d2-plus.
//
//   m' = beta m + (1 - beta) g
//   x' = sum_j w_ij (x_j - lr (d_j + m'_j - m_j))
//   d' = (x - x') / lr
//
// Needs every eigenvalue of W above -1/3, as d2. At a learning rate of 0 the models mix, and m and
// d stay.
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Edm {
  static constexpr std::string_view kName = "edm";
  static constexpr Needs kNeeds{.undirected_graph = true, .own_model = true};

  struct Options {
    Real<S> beta = Real<S>(0.9);
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old momentum")};

  struct State {
    S x;      // parameters
    S m;      // momentum
    S d;      // last displacement, divided by its learning rate
    S start;  // x at the start of the round
  };
  static constexpr std::array kFields{
      model("x"), memory("momentum"), memory("motion").that_corrects(), scratch("start")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = r.lr == 0 ? s.m : o.beta * s.m + (1 - o.beta) * g;
    return {.x = s.x - r.lr * (s.d + (m - s.m)), .m = m, .d = s.d, .start = s.x};
  }
  static constexpr State remember(const State& s, const Round<S>& r, const Options&) {
    const S d = r.lr == 0 ? s.d : (s.start - s.x) / r.lr;
    return {.x = s.x, .m = s.m, .d = d, .start = s.start};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"), local(remember));
};

}  // namespace

Algorithm edm() {
  return entry<Edm>("exact diffusion with momentum, one message",
                    "Hu et al.: Exact diffusion with momentum, 2025");
}

}  // namespace murmur::algorithms
