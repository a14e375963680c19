// SPDX-License-Identifier: Apache-2.0
// Gradient tracking, alone and with local momentum on top of the tracker (as compared in Lin et
// al., ICML 2021). Combine-then-adapt: gradients at the unmixed model, and a step along the
// worker's own tracker.
//
//   y  = y + g - g_previous              the tracker: its mean is the mean gradient
//   m  = beta m + y
//   u  = y (GT)   or   m (DSGDm-GT)   or   y + beta m (DSGDm-N-GT)
//   x' = sum_j w_ij x_j - lr u_i         x and y travel in one message
//   y' = sum_j w_ij y_j
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct DsgdGt {
  static constexpr std::string_view kName = "dsgd-gt";
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;         // parameters
    S y;         // tracker
    S previous;  // gradient of the step before
    S u;         // direction
  };
  static constexpr std::array kFields{model("x"),
                                      memory("tracker").that_corrects(),
                                      memory("previous_gradient").that_corrects(),
                                      scratch("direction")};

  static constexpr State track(const State& s, const S& g, const Round<S>&, const Options&) {
    const S y = s.y + (g - s.previous);
    return {.x = s.x, .y = y, .previous = g, .u = y};
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * s.u, .y = s.y, .previous = s.previous, .u = s.u};
  }

  static constexpr auto kRound = stages(with_gradient(track), mix("x", "tracker"), local(step));
};

template <class S, bool kNesterov>
struct WithMomentum {
  struct Options {
    Real<S> beta = Real<S>(0.9);
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old momentum of the tracker")};

  struct State {
    S x;         // parameters
    S y;         // tracker
    S previous;  // gradient of the step before
    S m;         // momentum of the tracker, local
    S u;         // direction
  };
  static constexpr std::array kFields{model("x"),
                                      memory("tracker").that_corrects(),
                                      memory("previous_gradient").that_corrects(),
                                      memory("momentum"),
                                      scratch("direction")};

  static constexpr State track(const State& s, const S& g, const Round<S>&, const Options& o) {
    const S y = s.y + (g - s.previous);
    const S m = next_momentum(s.m, y, o.beta);
    return {.x = s.x, .y = y, .previous = g, .m = m, .u = direction(m, y, o.beta, kNesterov)};
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * s.u, .y = s.y, .previous = s.previous, .m = s.m, .u = s.u};
  }

  static constexpr auto kRound = stages(with_gradient(track), mix("x", "tracker"), local(step));
};

template <class S>
struct DsgdmGt : WithMomentum<S, false> {
  static constexpr std::string_view kName = "dsgdm-gt";
};
template <class S>
struct DsgdmNGt : WithMomentum<S, true> {
  static constexpr std::string_view kName = "dsgdm-n-gt";
};

constexpr const char* kPaper =
    "Di Lorenzo, Scutari: NEXT, 2016; Pu, Nedic: Distributed stochastic gradient tracking, 2018";

}  // namespace

Algorithm dsgd_gt() {
  return entry<DsgdGt>("decentralized SGD with gradient tracking", kPaper);
}

Algorithm dsgdm_gt() {
  return entry<DsgdmGt>("gradient tracking, heavy-ball momentum on the tracker", kPaper);
}

Algorithm dsgdm_n_gt() {
  return entry<DsgdmNGt>("gradient tracking, Nesterov momentum on the tracker", kPaper);
}

}  // namespace murmur::algorithms
