// SPDX-License-Identifier: Apache-2.0
// BMUF: blockwise model-update filtering (Chen, Huo, ICASSP 2016).
//
//   v' = beta v + alpha (anchor - mean)
//   x' = anchor - v'                 classical block momentum
//   x' = anchor - (1 + beta) v'      nesterov = true: the form deployed in fairseq and CNTK, whose
//                                    looked-ahead point is the next anchor
//
// What Chen and Huo publish as Nesterov block momentum is the outer step "nesterov".
#include "murmur/algorithms/outer/entry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct Bmuf {
  static constexpr std::string_view kName = "bmuf";

  struct Options {
    Real<S> beta = Real<S>(0.9);
    Real<S> alpha = 1;
    bool nesterov = false;
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "block momentum"),
      number("learning_rate", &Options::alpha, kNonNegative, "block learning rate"),
      flag("nesterov", &Options::nesterov, "go on from the looked-ahead point")};

  struct State {
    S mean;
    S anchor;
    S v;  // block momentum, in units of parameters
  };
  static constexpr std::array kFields{scratch("mean"), memory("anchor"), memory("block_momentum")};

  static constexpr State step(const State& s, const Round<S>&, const Options& o) {
    const S v = o.beta * s.v + o.alpha * (s.anchor - s.mean);
    return {.mean = s.mean, .anchor = s.anchor - (o.nesterov ? v + o.beta * v : v), .v = v};
  }

  static constexpr auto kRound = stages(local(step));
};

}  // namespace

OuterStep bmuf() {
  return outer_entry<Bmuf>("block momentum, classical or as deployed in fairseq and CNTK",
                           "Chen, Huo: Scalable training of deep learning machines by incremental "
                           "block training with intra-block parallel optimization and BMUF, 2016");
}

}  // namespace murmur::algorithms
