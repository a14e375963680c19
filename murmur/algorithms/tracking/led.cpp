// SPDX-License-Identifier: Apache-2.0
// LED: local exact diffusion (Alghunaim, 2023). A round has `period` local steps; R is the sum of
// their rates. With period 1 it is d2-plus.
//
//   x  = x - lr (g + c)               at every step
//   x' = sum_j w_ij x_j               at the end of a round
//   c' = c + (x - x') / R
//
// Needs every eigenvalue of W above -1/3, as d2. The dual c is in units of a gradient; after a
// round whose rates are all 0 it stays.
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Led {
  static constexpr std::string_view kName = "led";
  static constexpr Needs kNeeds{.undirected_graph = true, .every_step = true, .own_model = true};

  struct Options {
    std::int64_t period = 1;
  };
  static constexpr std::tuple kOptions{
      number("period", &Options::period, kCount, "local steps of a round")};

  struct State {
    S x;     // parameters
    S c;     // dual: the mean of all is 0
    S last;  // x before mixing
  };
  static constexpr std::array kFields{
      model("x"), memory("correction").that_corrects(), scratch("last")};

  static std::int64_t round_steps(const Options& o) { return o.period; }
  static bool due(std::int64_t step, const Options& o) { return (step + 1) % o.period == 0; }

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * (g + s.c), .c = s.c, .last = s.last};
  }
  static constexpr State keep(const State& s, const Round<S>&, const Options&) {
    return {.x = s.x, .c = s.c, .last = s.x};
  }
  static constexpr State correct(const State& s, const Round<S>& r, const Options&) {
    const S c = r.round_lr == 0 ? s.c : s.c + (s.last - s.x) / r.round_lr;
    return {.x = s.x, .c = c, .last = s.last};
  }

  static constexpr auto kRound =
      stages(with_gradient(step), every_period(local(keep), mix("x"), local(correct)));
};

}  // namespace

Algorithm led() {
  return entry<Led>("local steps, with exact diffusion from round to round",
                    "Alghunaim: Local exact-diffusion for decentralized optimization and learning, "
                    "2023");
}

}  // namespace murmur::algorithms
