// SPDX-License-Identifier: Apache-2.0
// DSGD: decentralized SGD (Lian et al., NeurIPS 2017), in both orders, whose
// trajectories differ.
//
//   adapt-then-combine:   x' = sum_j w_ij (x_j - lr g_j)
//   combine-then-adapt:   x' = sum_j w_ij x_j - lr g_i          g taken at the unmixed x
#include "murmur/algorithms/order.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Dsgd {
  static constexpr std::string_view kName = "dsgd";

  struct Options {
    int order = kAdaptThenCombine;
  };
  static constexpr std::tuple kOptions{order_option<Options>()};

  struct State {
    S x;  // parameters
  };
  static constexpr std::array kFields{model("x")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * g};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"));
};

template <class S>
struct DsgdCombineFirst {
  static constexpr std::string_view kName = "dsgd";
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;  // parameters
    S u;  // direction, from the gradient at the unmixed model
  };
  static constexpr std::array kFields{model("x"), scratch("direction")};

  static constexpr State look(const State& s, const S& g, const Round<S>&, const Options&) {
    return {.x = s.x, .u = g};
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * s.u, .u = s.u};
  }

  static constexpr auto kRound = stages(with_gradient(look), mix("x"), local(step));
};

}  // namespace

Algorithm dsgd() {
  return with_case<DsgdCombineFirst>(
      entry<Dsgd>("decentralized SGD: step, then mix with the neighbors",
                  "Lian et al.: Can decentralized algorithms outperform centralized algorithms?, "
                  "NeurIPS 2017"),
      combines_first);
}

}  // namespace murmur::algorithms
