// SPDX-License-Identifier: Apache-2.0
// SGD of each worker on its own data, as torch.optim.SGD: no communication. The base of Local SGD.
//
//   m  = beta m + g
//   u  = m            (heavy ball)   or   g + beta m   (Nesterov)
//   x' = x - lr u
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct PlainSgd {
  static constexpr std::string_view kName = "sgd";
  struct Options {};
  static constexpr std::tuple<> kOptions{};

  struct State {
    S x;  // parameters
  };
  static constexpr std::array kFields{model("x")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options&) {
    return {.x = s.x - r.lr * g};
  }

  static constexpr auto kRound = stages(with_gradient(step));
};

template <class S>
struct Sgd {
  static constexpr std::string_view kName = "sgd";

  struct Options {
    Real<S> beta = 0;
    bool nesterov = false;
  };
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the old momentum"),
      flag("nesterov", &Options::nesterov, "step along g + momentum * m instead of m")};

  struct State {
    S x;  // parameters
    S m;  // momentum
  };
  static constexpr std::array kFields{model("x"), memory("momentum")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S m = o.beta * s.m + g;
    const S u = o.nesterov ? g + o.beta * m : m;
    return {.x = s.x - r.lr * u, .m = m};
  }

  static constexpr auto kRound = stages(with_gradient(step));
};

}  // namespace

Algorithm sgd() {
  return with_case<PlainSgd>(entry<Sgd>("local SGD step, no communication of its own", ""),
                             [](const OptionValues& v) { return v.number("momentum") == 0; });
}

}  // namespace murmur::algorithms
