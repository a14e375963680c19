// SPDX-License-Identifier: Apache-2.0
// SGD on each worker's own data, as torch.optim.SGD, without communication. The base of Local SGD.
//
//   m  = beta m + g
//   u  = m            (heavy ball)   or   g + beta m   (Nesterov)
//   x' = x - lr u
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct PlainSgd {
  static constexpr std::string_view kName = "sgd";
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;  // parameters
  };
  static constexpr std::array kFields{model("x")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * g};
  }

  static constexpr auto kRound = stages(with_gradient(step));
};

template <class S>
struct Sgd {
  static constexpr std::string_view kName = "sgd";

  using Options = MomentumOptions<S>;
  static constexpr auto kOptions = momentum_options<Options>();

  struct State {
    S x;  // parameters
    S m;  // momentum
  };
  static constexpr std::array kFields{model("x"), memory("momentum")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = next_momentum(s.m, g, o.beta);
    const S u = direction(m, g, o.beta, o.nesterov);
    return {.x = s.x - r.lr * u, .m = m};
  }

  static constexpr auto kRound = stages(with_gradient(step));
};

}  // namespace

Algorithm sgd() {
  return with_case<PlainSgd>(entry<Sgd>("local SGD step, no communication of its own", ""),
                             has_no_momentum);
}

}  // namespace murmur::algorithms
