// SPDX-License-Identifier: Apache-2.0
// LEAD (Liu, Li, Wang, Tang, Yan, ICLR 2021): primal and dual steps over encoded differences to a
// public copy H. Step 0 is x' = x - lr g, and nothing is sent. Then, with the run's codec C,
//
//   y  = x - lr (g + D)
//   q  = C(y - H);  p = H + q
//   D' = D + gamma / (2 lr) (p - sum_j w_ij p_j)
//   x' = x - lr (g + D')
//   H' = (1 - alpha) H + alpha p = H + alpha q
//
// What is published is C(alpha (y - H)), which codecs decode to alpha q, and pull(v)_i = sum_j w_ij
// (v_j - v_i) of p follows from those of both copies: pull(p) = pull(H) + (pull(H') - pull(H)) /
// alpha. Without compression it is NIDS. At a learning rate of 0 the models mix and D stays.
#include "murmur/algorithms/compressed/coded_stages.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Lead {
  static constexpr std::string_view kName = "lead";
  static constexpr Needs kNeeds{.undirected_graph = true, .unbiased = true};

  struct Options {
    Real<S> dual_step = 1;
    Real<S> memory_step = Real<S>(0.5);
  };
  static constexpr std::tuple kOptions{
      number("dual_step", &Options::dual_step, kPositive, "step of the dual, gamma"),
      number("memory_step",
             &Options::memory_step,
             kProbability,
             "share of an encoded difference that goes into the public copy, alpha")};

  struct State {
    S x;            // parameters
    S dual;         // D: the mean of all is 0
    S copy;         // H
    S g;            // gradient
    S difference;   // what is encoded
    S pull_before;  // of the neighbors' H
    S pull;         // of their H'
  };
  static constexpr std::array kFields{model("x"),
                                      memory("dual").that_corrects(),
                                      memory("public_copy").that_corrects(),
                                      scratch("gradient"),
                                      scratch("difference"),
                                      scratch("pull_before"),
                                      scratch("pull")};

  static bool due(std::int64_t step, const Options& /*options*/) { return step > 0; }

  static constexpr State look(State s, const S& g, const Round<S>& r, const Options& o) {
    s.g = g;
    s.difference = o.memory_step * (s.x - r.lr * (g + s.dual) - s.copy);
    return s;
  }
  static constexpr State step(State s, const Round<S>& r, const Options& o) {
    const S pull = s.pull_before + (s.pull - s.pull_before) / o.memory_step;
    s.x = s.x - r.lr * (s.g + s.dual) + o.dual_step / 2 * pull;
    s.dual = r.lr == 0 ? s.dual : s.dual - o.dual_step / (2 * r.lr) * pull;
    return s;
  }

  static constexpr auto kRound = stages(mix_public("public_copy", "pull_before"),
                                        with_gradient(look),
                                        every_period(publish("difference", "public_copy")),
                                        mix_public("public_copy", "pull"),
                                        local(step));
};

}  // namespace

Algorithm lead() {
  return entry<Lead>("primal and dual steps over encoded differences, exact",
                     "Liu, Li, Wang, Tang, Yan: Linear convergent decentralized optimization with "
                     "compression, ICLR 2021");
}

}  // namespace murmur::algorithms
