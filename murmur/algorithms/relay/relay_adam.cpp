// SPDX-License-Identifier: Apache-2.0
// Relay-Adam (Vogels, He, Koloskova, Lin, Karimireddy, Stich, Jaggi, NeurIPS 2021): a local step of
// Adam (adam_step.h), and a relay along a tree (relay.h). The moments stay local.
//
//   h  = x - lr/c1 m / (sqrt(v)/sqrt(c2) + eps), or the step alone where updates are relayed
#include "murmur/algorithms/adam_step.h"
#include "murmur/algorithms/relay/relay.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct RelayAdamOptions {
  Real<S> beta1 = Real<S>(0.9);
  Real<S> beta2 = Real<S>(0.999);
  Real<S> eps = Real<S>(1e-8);
  int normalization = 0;
  int relay = 0;
  std::int64_t root = 0;
};

template <Relay kRelay>
struct RelayAdam {
  template <class S>
  struct Of {
    static constexpr std::string_view kName = "relay-adam";
    static constexpr Needs kNeeds = kRelayNeeds;

    using Options = RelayAdamOptions<S>;
    static constexpr auto kOptions =
        std::tuple_cat(adam_options<Options>(), relay_options<Options>());

    struct State {
      S x;      // parameters
      S m;      // first moment, local
      S v;      // second moment, local
      S up;     // what went to the parent
      S down;   // what came from it
      S other;  // the first model, or the update
    };
    static constexpr std::array kFields{model("x"),
                                        memory("exp_avg"),
                                        memory("exp_avg_sq"),
                                        of_edge("relay_up"),
                                        of_edge("relay_down"),
                                        relay_field<kRelay>()};

    static constexpr State step(State s, const S& g, const Round<S>& r, const Options& o) {
      s.m = first_moment(s.m, g, o);
      s.v = second_moment(s.v, g, o);
      if constexpr (kRelay == Relay::kUpdates) {
        s.other = adam_step(S(0), s.m, s.v, r, o);
      } else {
        s.x = adam_step(s.x, s.m, s.v, r, o);
      }
      return s;
    }

    static constexpr auto kRound = stages(with_gradient(step), relay_stage<kRelay>());
  };
};

}  // namespace

Algorithm relay_adam() {
  return relaying<RelayAdam>("a local step of Adam, and exact averages with delays along a tree",
                             "Vogels et al.: RelaySum for decentralized deep learning on "
                             "heterogeneous data, NeurIPS 2021");
}

}  // namespace murmur::algorithms
