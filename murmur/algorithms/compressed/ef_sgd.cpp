// SPDX-License-Identifier: Apache-2.0
// Encoded averages with error feedback: one model for all workers, and a memory per worker, in
// which waits what was not sent. C(v_i) is what all decode of worker i's v_i.
//
//   ef-sgd (Karimireddy et al., ICML 2019)
//     m_i = beta m_i + g_i;  u_i = m_i   or   g_i + beta m_i (nesterov)
//     v_i = lr u_i + e_i
//     e_i = v_i - C(v_i);  x = x - mean_i C(v_i)
//
//   powersgd (Vogels et al., NeurIPS 2019)             hook (PyTorch's, under SGD)
//     v_i = g_i + e_i, g_i without weight decay          the same
//     e_i = v_i - C(v_i)                                 the same
//     D = mean_i C(v_i) + lambda x;  m = beta m + D      the same
//     x = x - lr (D + m); without momentum lr D          x = x - lr m   or   lr (D + beta m)
#include "murmur/algorithms/compressed/coded_stages.h"
#include "murmur/algorithms/momentum.h"
#include "murmur/algorithms/registry.h"

namespace murmur::algorithms {
namespace {

template <class S>
struct EfOptions {
  Real<S> beta = 0;
  bool nesterov = false;
  int form = 0;
};

template <class S>
struct EfBase {
  static constexpr std::string_view kName = "ef-sgd";

  using Options = EfOptions<S>;
  static constexpr auto kOptions = std::tuple_cat(
      momentum_options<Options>(),
      std::tuple{choice("form",
                        &Options::form,
                        {"ef-sgd", "powersgd", "hook"},
                        "what is encoded, and where the momentum is; powersgd is the "
                        "default with low-rank")});

  struct State {
    S x;        // parameters, the same on all workers
    S m;        // momentum
    S error;    // what was not sent
    S update;   // what is encoded
    S decoded;  // of the worker's own
    S mean;     // of what was decoded
  };
  static constexpr auto fields(Field momentum) {
    return std::array{model("x").once(),
                      momentum,
                      memory("error").that_corrects(),
                      scratch("update"),
                      scratch("decoded"),
                      scratch("mean_update").once()};
  }

  static constexpr State remember(const State& s, const Round<S>&, const Options&) {
    State next = s;
    next.error = s.update - s.decoded;
    return next;
  }
};

template <class S>
struct EfSgd : EfBase<S> {
  using Base = EfBase<S>;
  using typename Base::Options;
  using typename Base::State;
  static constexpr auto kFields = Base::fields(memory("momentum"));

  static constexpr State collect(const State& s, const S& g, const Round<S>& r, const Options& o) {
    State next = s;
    next.m = next_momentum(s.m, g, o.beta);
    next.update = r.lr * direction(next.m, g, o.beta, o.nesterov) + s.error;
    return next;
  }
  static constexpr State step(const State& s, const Round<S>&, const Options&) {
    State next = s;
    next.x = s.x - s.mean;
    return next;
  }

  static constexpr auto kRound = stages(with_gradient(collect),
                                        coded_average("update", "mean_update", "decoded"),
                                        local(Base::remember),
                                        local(step));
};

template <class S>
struct PowerSgd : EfBase<S> {
  using Base = EfBase<S>;
  using typename Base::Options;
  using typename Base::State;
  static constexpr auto kFields = Base::fields(memory("momentum").once());

  static constexpr State collect(const State& s, const S& g, const Round<S>&, const Options&) {
    State next = s;
    next.update = g + s.error;
    return next;
  }
  static constexpr State step(const State& s, const Round<S>& r, const Options& o) {
    const S d = s.mean + r.weight_decay * s.x;
    State next = s;
    next.m = next_momentum(s.m, d, o.beta);
    next.x = s.x - r.lr * (o.beta == 0 ? d : d + next.m);
    return next;
  }

  static constexpr auto kRound = stages(with_gradient(collect, "x", Decay::kPlacedByKernel),
                                        coded_average("update", "mean_update", "decoded"),
                                        local(Base::remember),
                                        local(step));
};

template <class S>
struct Hook : PowerSgd<S> {
  using Base = PowerSgd<S>;
  using typename Base::Options;
  using typename Base::State;

  static constexpr State step(const State& s, const Round<S>& r, const Options& o) {
    const S d = s.mean + r.weight_decay * s.x;
    State next = s;
    next.m = next_momentum(s.m, d, o.beta);
    next.x = s.x - r.lr * direction(next.m, d, o.beta, o.nesterov);
    return next;
  }

  static constexpr auto kRound = stages(with_gradient(Base::collect, "x", Decay::kPlacedByKernel),
                                        coded_average("update", "mean_update", "decoded"),
                                        local(Base::remember),
                                        local(step));
};

}  // namespace

Algorithm ef_sgd() {
  const auto has_form = [](const char* form) {
    return [form](const OptionValues& values) { return values.text("form") == form; };
  };
  Algorithm all = entry<EfSgd>("encoded averages of gradients; what is not sent waits in a memory",
                               "Karimireddy, Rebjock, Stich, Jaggi: Error feedback fixes SignSGD, "
                               "ICML 2019");
  return with_case<Hook>(with_case<PowerSgd>(std::move(all), has_form("powersgd")),
                         has_form("hook"));
}

}  // namespace murmur::algorithms
