// SPDX-License-Identifier: Apache-2.0
// QHM: quasi-hyperbolic momentum (Ma and Yarats, ICLR 2019) on each worker's own data, without
// communication.
//
//   m  = beta m + (1 - beta) g
//   x' = x - lr ((1 - nu) g + nu m)
//
// nu = 0 is SGD, nu = 1 PyTorch's momentum at the rate lr (1 - beta), nu = beta its Nesterov form.
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Qhm {
  static constexpr std::string_view kName = "qhm";

  struct Options {
    Real<S> beta = Real<S>(0.999);
    Real<S> nu = Real<S>(0.7);
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old momentum"),
      number("nu", &Options::nu, kShare, "share of the momentum in a step")};

  struct State {
    S x;  // parameters
    S m;  // momentum
  };
  static constexpr std::array kFields{model("x"), memory("momentum")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = o.beta * s.m + (1 - o.beta) * g;
    return {.x = s.x - r.lr * ((1 - o.nu) * g + o.nu * m), .m = m};
  }

  static constexpr auto kRound = stages(with_gradient(step));
};

}  // namespace

Algorithm qhm() {
  return entry<Qhm>("local quasi-hyperbolic momentum, no communication of its own",
                    "Ma, Yarats: Quasi-hyperbolic momentum and Adam for deep learning, ICLR 2019");
}

}  // namespace murmur::algorithms
