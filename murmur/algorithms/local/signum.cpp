// SPDX-License-Identifier: Apache-2.0
// Signum, with momentum 0 signSGD (Bernstein, Wang, Azizzadenesheli, Anandkumar, ICML 2018), alone
// or with majority vote (Bernstein, Zhao, Azizzadenesheli, Anandkumar, ICLR 2019), which keeps one
// model for all workers. sign(0) = +1, and a tie is +1.
//
//   v_i = beta v_i + (1 - beta) g_i, without weight decay
//   s   = sign(sum_i sign(v_i))   or, without vote,   s_i = sign(v_i)
//   x'  = x - lr (s + lambda x)
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct SignumOptions {
  Real<S> beta = Real<S>(0.9);
  bool vote = true;
};

template <class S, bool kVotes>
struct Signum {
  static constexpr std::string_view kName = "signum";
  static constexpr Needs kNeeds{.own_model = kVotes};

  using Options = SignumOptions<S>;
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old momentum; 0 is signSGD"),
      flag("vote", &Options::vote, "go on together, by the majority of the workers' signs")};

  struct State {
    S x;     // parameters; with votes the same on all workers
    S v;     // momentum
    S sign;  // of the momentum, or of the majority
  };
  static constexpr std::array kFields{kVotes ? model("x").once() : model("x"),
                                      memory("momentum"),
                                      kVotes ? scratch("sign").once() : scratch("sign")};

  static constexpr State collect(const State& s, const S& g, const Round<S>&, const Options& o) {
    return {.x = s.x, .v = o.beta * s.v + (1 - o.beta) * g, .sign = s.sign};
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * (s.sign + r.weight_decay * s.x), .v = s.v, .sign = s.sign};
  }

  static constexpr auto kRound =
      stages(with_gradient(collect, "x", Decay::kPlacedByKernel),
             talk_off_graph(kVotes ? "vote" : "signs", "momentum", "sign"),
             local(step));
};

template <class S>
struct ByMajority : Signum<S, true> {};
template <class S>
struct ByOwnSigns : Signum<S, false> {};

}  // namespace

Algorithm signum() {
  return with_case<ByOwnSigns>(
      entry<ByMajority>("steps along signs, by majority vote of the workers",
                        "Bernstein, Zhao, Azizzadenesheli, Anandkumar: signSGD with majority vote "
                        "is communication efficient and fault tolerant, ICLR 2019"),
      [](const OptionValues& values) { return !values.flag("vote"); });
}

}  // namespace murmur::algorithms
