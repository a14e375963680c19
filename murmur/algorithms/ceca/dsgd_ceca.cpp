// SPDX-License-Identifier: Apache-2.0
// DSGD-CECA (Ding, Jin, Yang, Ying, Yuan, Yin, ICML 2023): exact averages of any number n of
// workers in ceil(log2 n) steps, with one message each, by means of a second vector h, which begins
// as x. b is the step's bit of n - 1 and m the number that the bits before make
// (algorithms/ceca/turn.h), r what is received, x' if b else h', of worker i - m - b (two ports),
// or in exchange with worker i + 2 m + 1 for odd i and i - 2 m - 1 for even i (one port).
//
//   g  the gradient at x if b else at h
//   x' = x - lr g;  h' = h - lr g
//   b = 1:   x = (x' + r) / 2                          h = (m h' + (m + 1) r) / (2 m + 1)
//   b = 0:   x = ((m + 1) x' + m r) / (2 m + 1)        h = (h' + r) / 2
#include "murmur/algorithms/ceca/turn.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

// Of a step: whether x travels, and the shares of what is received.
template <class S>
struct CecaShares {
  constexpr explicit CecaShares(const Round<S>& r) {
    const CecaTurn turn = ceca_turn(r.step, static_cast<std::int64_t>(r.workers));
    const auto m = static_cast<Real<S>>(turn.before);
    sends_x = static_cast<Real<S>>(turn.bit);
    of_x = sends_x / 2 + (1 - sends_x) * m / (2 * m + 1);
    of_h = sends_x * (m + 1) / (2 * m + 1) + (1 - sends_x) / 2;
  }
  Real<S> sends_x = 1;  // 1 or 0
  Real<S> of_x = 0;
  Real<S> of_h = 0;
};

template <class S, bool kTwoPorts>
struct Ceca {
  static constexpr std::string_view kName = "dsgd-ceca";
  static constexpr Needs kNeeds{.own_model = true};

  struct Options {
    std::int64_t ports = 2;
  };
  static constexpr Bounds kPorts{1, 2, false, false, "1 or 2"};
  static constexpr std::tuple kOptions{
      number("ports",
             &Options::ports,
             kPorts,
             "others that a worker sends to or receives from in a step; 1: an even number of "
             "workers, in pairs")};

  struct State {
    S x;   // parameters
    S h;   // the second vector
    S at;  // where the gradient is taken
    S r;   // what is received
  };
  static constexpr std::array kFields{model("x"),
                                      memory("without_self").like_model().that_corrects(),
                                      scratch("at"),
                                      scratch("received")};

  static constexpr State look(State s, const Round<S>& r, const Options&) {
    const CecaShares<S> share(r);
    s.at = share.sends_x * s.x + (1 - share.sends_x) * s.h;
    return s;
  }
  static constexpr State step(State s, const S& g, const Round<S>& r, const Options&) {
    s.x = s.x - r.lr * g;
    s.h = s.h - r.lr * g;
    return s;
  }
  static constexpr State join(State s, const Round<S>& r, const Options&) {
    const CecaShares<S> share(r);
    s.x = s.x + share.of_x * (s.r - s.x);
    s.h = s.h + share.of_h * (s.r - s.h);
    return s;
  }

  static constexpr auto kRound =
      stages(local(look),
             with_gradient(step, "at"),
             talk_off_graph(
                 kTwoPorts ? "ceca-two-ports" : "ceca-one-port", "x", "without_self", "received"),
             local(join));
};

template <class S>
struct TwoPorts : Ceca<S, true> {};
template <class S>
struct OnePort : Ceca<S, false> {};

}  // namespace

Algorithm dsgd_ceca() {
  return with_case<OnePort>(
      entry<TwoPorts>("exact averages of any number of workers, one message in a step",
                      "Ding et al.: DSGD-CECA, decentralized SGD with communication-optimal exact "
                      "consensus algorithm, ICML 2023"),
      [](const OptionValues& values) { return values.integer("ports") == 1; });
}

}  // namespace murmur::algorithms
