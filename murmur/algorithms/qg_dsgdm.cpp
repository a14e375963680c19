// SPDX-License-Identifier: Apache-2.0
// QG-DSGDm and QG-DSGDm-N: decentralized SGD with quasi-global momentum.
// Lin, Karimireddy, Stich, Jaggi (ICML 2021), Algorithm 1.
//
//   v  = beta m + g                       local momentum, discarded after the step
//   u  = v (QG-DSGDm)   or   g + beta v (QG-DSGDm-N)
//   x' = sum_j w_ij (x_j - lr u_j)        mixing: the round's only message
//   m' = mu m + (1 - mu) (x - x') / lr    memory of the displacement after mixing
//
// With buffer_period = tau the displacements are summed, and every tau steps the memory is updated
// with their mean. At a learning rate of 0 neither x nor the memory changes.
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

enum Phase { kFirst, kLast };

template <class S>
struct QgOptions {
  Real<S> beta = Real<S>(0.9);
  Real<S> mu = Real<S>(0.9);
  std::int64_t period = 1;
  int phase = kFirst;
};

template <class S, bool kNesterov>
constexpr S step_direction(const S& m, const S& g, const QgOptions<S>& o) {
  const S v = next_momentum(m, g, o.beta);
  return direction(v, g, o.beta, kNesterov);
}

template <class S, bool kNesterov>
struct QuasiGlobal {
  using Options = QgOptions<S>;
  static constexpr std::tuple kOptions{
      number("momentum", &Options::beta, kMomentum, "weight of the memory in the step"),
      number("mu", &Options::mu, kMomentum, "weight of the old memory when it is refreshed"),
      number("buffer_period", &Options::period, kCount, "steps between two refreshes"),
      choice(
          "buffer_phase",
          &Options::phase,
          {"first", "last"},
          "refresh after steps 0, tau, 2 tau, ... (as published) or after tau, 2 tau, ... steps")};

  struct State {
    S x;      // parameters
    S m;      // quasi-global momentum: initially zero, never sent
    S start;  // x at the start of the round
  };
  static constexpr std::array kFields{model("x"), memory("momentum"), scratch("start")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    return {.x = s.x - r.lr * step_direction<S, kNesterov>(s.m, g, o), .m = s.m, .start = s.x};
  }

  static constexpr State remember(const State& s, const Round<S>& r, const Options& o) {
    const S moved = (s.start - s.x) / r.lr;
    return {.x = s.x,
            .m = r.lr == 0
                     ? s.m
                     : o.mu * s.m + (1 - o.mu) * moved,  // a select, so that the loop vectorises
            .start = s.start};
  }

  static constexpr auto kRound = stages(with_gradient(step), mix("x"), local(remember));
};

template <class S, bool kNesterov>
struct Periodic {
  using Options = QgOptions<S>;
  static constexpr auto kOptions = QuasiGlobal<S, kNesterov>::kOptions;

  struct State {
    S x;          // parameters
    S m;          // quasi-global momentum
    S collected;  // displacements since the last refresh
    S start;      // x at the start of the round
  };
  static constexpr std::array kFields{
      model("x"), memory("momentum"), memory("collected"), scratch("start")};

  static bool due(std::int64_t step, const Options& o) {
    return (o.phase == kFirst ? step : step + 1) % o.period == 0;
  }

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    const S u = step_direction<S, kNesterov>(s.m, g, o);
    return {.x = s.x - r.lr * u, .m = s.m, .collected = s.collected, .start = s.x};
  }

  static constexpr State collect(const State& s, const Round<S>& r, const Options&) {
    const S moved = (s.start - s.x) / r.lr;
    return {.x = s.x,
            .m = s.m,
            .collected = r.lr == 0 ? s.collected : s.collected + moved,
            .start = s.start};
  }

  static constexpr State refresh(const State& s, const Round<S>&, const Options& o) {
    const S mean = s.collected / static_cast<Real<S>>(o.period);
    return {.x = s.x, .m = o.mu * s.m + (1 - o.mu) * mean, .collected = S(0), .start = s.start};
  }

  static constexpr auto kRound =
      stages(with_gradient(step), mix("x"), local(collect), every_period(local(refresh)));
};

template <class S>
struct QgDsgdm : QuasiGlobal<S, false> {
  static constexpr std::string_view kName = "qg-dsgdm";
};
template <class S>
struct QgDsgdmPeriodic : Periodic<S, false> {
  static constexpr std::string_view kName = "qg-dsgdm";
};
template <class S>
struct QgDsgdmN : QuasiGlobal<S, true> {
  static constexpr std::string_view kName = "qg-dsgdm-n";
};
template <class S>
struct QgDsgdmNPeriodic : Periodic<S, true> {
  static constexpr std::string_view kName = "qg-dsgdm-n";
};

constexpr const char* kPaper =
    "Lin, Karimireddy, Stich, Jaggi: Quasi-global momentum, ICML 2021, Algorithm 1";

bool refreshes_rarely(const OptionValues& v) {
  return v.integer("buffer_period") > 1;
}

}  // namespace

Algorithm qg_dsgdm() {
  return with_case<QgDsgdmPeriodic>(
      entry<QgDsgdm>("decentralized SGD with quasi-global heavy-ball momentum", kPaper),
      refreshes_rarely);
}

Algorithm qg_dsgdm_n() {
  return with_case<QgDsgdmNPeriodic>(
      entry<QgDsgdmN>("decentralized SGD with quasi-global Nesterov momentum", kPaper),
      refreshes_rarely);
}

}  // namespace murmur::algorithms
