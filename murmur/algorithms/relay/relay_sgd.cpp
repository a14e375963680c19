// SPDX-License-Identifier: Apache-2.0
// RelaySGD (Vogels, He, Koloskova, Lin, Karimireddy, Stich, Jaggi, NeurIPS 2021): a local step, and
// a relay along a tree (relay.h), which averages exactly with delays. The momentum is local.
//
//   m  = beta m + g
//   u  = m   or   g + beta m (nesterov)
//   h  = x - lr u, or -lr u where updates are relayed
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/relay/relay.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct RelaySgdOptions {
  Real<S> beta = 0;
  bool nesterov = false;
  int normalization = 0;
  int relay = 0;
  std::int64_t root = 0;
};

template <Relay kRelay>
struct RelaySgd {
  template <class S>
  struct Of {
    static constexpr std::string_view kName = "relay-sgd";
    static constexpr Needs kNeeds = kRelayNeeds;

    using Options = RelaySgdOptions<S>;
    static constexpr auto kOptions =
        std::tuple_cat(momentum_options<Options>(kWeightOfLocalMomentum), relay_options<Options>());

    struct State {
      S x;      // parameters
      S m;      // momentum, local
      S up;     // what went to the parent
      S down;   // what came from it
      S other;  // the first model, or the update
    };
    static constexpr std::array kFields{model("x"),
                                        memory("momentum"),
                                        of_edge("relay_up"),
                                        of_edge("relay_down"),
                                        relay_field<kRelay>()};

    static constexpr State step(State s, const S& g, const Round<S>& r, const Options& o) {
      s.m = next_momentum(s.m, g, o.beta);
      const S u = direction(s.m, g, o.beta, o.nesterov);
      if constexpr (kRelay == Relay::kUpdates) {
        s.other = -r.lr * u;
      } else {
        s.x = s.x - r.lr * u;
      }
      return s;
    }

    static constexpr auto kRound = stages(with_gradient(step), relay_stage<kRelay>());
  };
};

}  // namespace

Algorithm relay_sgd() {
  return relaying<RelaySgd>("a local step, and exact averages with delays along a tree",
                            "Vogels et al.: RelaySum for decentralized deep learning on "
                            "heterogeneous data, NeurIPS 2021");
}

}  // namespace murmur::algorithms
