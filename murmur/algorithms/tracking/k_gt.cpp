// SPDX-License-Identifier: Apache-2.0
// K-GT: local steps with gradient tracking (Liu, Lin, Koloskova, Stich, 2023). A round has `period`
// local steps from the anchor a; R is the sum of their rates.
//
//   x  = x - lr (g + c)                          at every step
//   z  = (a - x) / R                             at the end of a round
//   c' = c - z + sum_j w_ij z_j                  z and a - round_rate R z travel in one message
//   x' = a' = sum_j w_ij (a_j - round_rate R z_j)
//
// After a round whose rates are all 0 the models mix and c stays.
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct KGt {
  static constexpr std::string_view kName = "k-gt";
  static constexpr Needs kNeeds{.every_step = true, .own_model = true};

  struct Options {
    std::int64_t period = 1;
    Real<S> round_rate = 1;
  };
  static constexpr std::tuple kOptions{
      number("period", &Options::period, kCount, "local steps of a round, K"),
      number("round_rate", &Options::round_rate, kPositive, "factor of a round's displacement")};

  struct State {
    S x;       // parameters
    S c;       // correction: the mean of all is 0
    S anchor;  // x at the start of the round
    S z;       // a round's displacement over the sum of its rates, mixed
    S own;     // the same, before it is mixed
  };
  static constexpr std::array kFields{model("x"),
                                      memory("correction").that_corrects(),
                                      memory("anchor").like_model().that_corrects(),
                                      scratch("displacement"),
                                      scratch("own_displacement")};

  static std::int64_t round_steps(const Options& o) { return o.period; }
  static bool due(std::int64_t step, const Options& o) { return (step + 1) % o.period == 0; }

  static constexpr State step(State s, const S& g, const Round<S>& r, const Options&) {
    s.x = s.x - r.lr * (g + s.c);
    return s;
  }
  static constexpr State look_back(State s, const Round<S>& r, const Options& o) {
    s.z = s.own = r.round_lr == 0 ? S(0) : (s.anchor - s.x) / r.round_lr;
    s.x = s.anchor - o.round_rate * r.round_lr * s.z;
    return s;
  }
  static constexpr State correct(State s, const Round<S>&, const Options&) {
    s.c = s.c - s.own + s.z;
    s.anchor = s.x;
    return s;
  }

  static constexpr auto kRound =
      stages(with_gradient(step),
             every_period(local(look_back), mix("x", "displacement"), local(correct)));
};

}  // namespace

Algorithm k_gt() {
  return entry<KGt>("local steps, with gradient tracking from round to round",
                    "Liu, Lin, Koloskova, Stich: Decentralized gradient tracking with local steps, "
                    "2023");
}

}  // namespace murmur::algorithms
