// SPDX-License-Identifier: Apache-2.0
// DecentLaM (Yuan, Chen, Huang, Zhang, Pan, Xu, Yin, ICCV 2021): momentum of what DSGD moves by,
// mixing included, so that it does not amplify DSGD's bias.
//
//   d  = (x - sum_j w_ij (x_j - lr g_j)) / lr
//   m  = beta m + d
//   x' = x - lr m
//
// On graphs that change it may diverge. At a learning rate of 0 the models mix and m stays.
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct DecentLaM {
  static constexpr std::string_view kName = "decentlam";
  static constexpr Needs kNeeds{.undirected_graph = true};

  struct Options {
    Real<S> beta = Real<S>(0.9);
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old momentum")};

  struct State {
    S x;      // parameters
    S m;      // momentum of the displacements, local
    S start;  // x at the start of the round
  };
  static constexpr std::array kFields{model("x"), memory("momentum"), scratch("start")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * g, .m = s.m, .start = s.x};
  }
  static constexpr State move(const State& s, const Round<S>& r, const Options& o) {
    const S m = r.lr == 0 ? s.m : o.beta * s.m + (s.start - s.x) / r.lr;
    return {.x = s.x - r.lr * (o.beta * s.m), .m = m, .start = s.start};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"), local(move));
};

}  // namespace

Algorithm decentlam() {
  return entry<DecentLaM>("momentum of what a step of decentralized SGD moves by",
                          "Yuan et al.: DecentLaM, decentralized momentum SGD for large-batch deep "
                          "training, ICCV 2021");
}

}  // namespace murmur::algorithms
