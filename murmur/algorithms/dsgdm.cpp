// SPDX-License-Identifier: Apache-2.0
// DSGDm and DSGDm-N: decentralized SGD with local momentum, heavy ball and Nesterov. The momentum
// is never mixed.
//
//   m  = beta m + g
//   u  = m (DSGDm)   or   g + beta m (DSGDm-N)
//   x' = sum_j w_ij (x_j - lr u_j)         adapt-then-combine
//   x' = sum_j w_ij x_j - lr u_i           combine-then-adapt
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/order.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct DsgdmOptions {
  Real<S> beta = Real<S>(0.9);
  int order = kAdaptThenCombine;
};

template <class S, bool kNesterov>
struct AdaptFirst {
  using Options = DsgdmOptions<S>;
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, kWeightOfMomentum), order_option<Options>()};

  struct State {
    S x;  // parameters
    S m;  // momentum, local
  };
  static constexpr std::array kFields{model("x"), memory("momentum")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = next_momentum(s.m, g, o.beta);
    const S u = direction(m, g, o.beta, kNesterov);
    return {.x = s.x - r.lr * u, .m = m};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"));
};

template <class S, bool kNesterov>
struct CombineFirst {
  using Options = DsgdmOptions<S>;
  static constexpr auto kOptions = AdaptFirst<S, kNesterov>::kOptions;

  struct State {
    S x;  // parameters
    S m;  // momentum, local
    S u;  // direction, from the gradient at the unmixed model
  };
  static constexpr std::array kFields{model("x"), memory("momentum"), scratch("direction")};

  static constexpr State look(const State& s, const S& g, const Round<S>&, const Options& o) {
    const S m = next_momentum(s.m, g, o.beta);
    return {.x = s.x, .m = m, .u = direction(m, g, o.beta, kNesterov)};
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * s.u, .m = s.m, .u = s.u};
  }

  static constexpr auto kRound = stages(with_gradient(look), mix("x"), local(step));
};

template <class S>
struct Dsgdm : AdaptFirst<S, false> {
  static constexpr std::string_view kName = "dsgdm";
};
template <class S>
struct DsgdmCombineFirst : CombineFirst<S, false> {
  static constexpr std::string_view kName = "dsgdm";
};
template <class S>
struct DsgdmN : AdaptFirst<S, true> {
  static constexpr std::string_view kName = "dsgdm-n";
};
template <class S>
struct DsgdmNCombineFirst : CombineFirst<S, true> {
  static constexpr std::string_view kName = "dsgdm-n";
};

}  // namespace

Algorithm dsgdm() {
  return with_case<DsgdmCombineFirst>(
      entry<Dsgdm>("decentralized SGD with local heavy-ball momentum", ""), combines_first);
}

Algorithm dsgdm_n() {
  return with_case<DsgdmNCombineFirst>(
      entry<DsgdmN>("decentralized SGD with local Nesterov momentum", ""), combines_first);
}

}  // namespace murmur::algorithms
