// SPDX-License-Identifier: Apache-2.0
// EASGD: elastic averaging (Zhang, Choromanska, LeCun, NeurIPS 2015). Workers are pulled towards a
// center, and the center by the same force towards them; what they hold together is conserved.
//
//   x_i' = x_i - rho (x_i - center)
//   center' = center + rho sum_i (x_i - center)
//
// order = "simultaneous": all with the old center. "round-robin": worker after worker, each with
// the center that the one before left. With a push-sum base a worker counts by its weight.
#include "murmur/algorithms/outer/entry.h"

namespace murmur::algorithms {
namespace {

struct ElasticOptions {
  double rho = 0;
};

// The paper lets the center move by 0.9 of its distance to the mean.
template <class S>
constexpr Real<S> force(const Round<S>& r, const ElasticOptions& o) {
  return o.rho > 0 ? Real<S>(o.rho) : Real<S>(0.9) / r.workers;
}

template <class S>
struct Elastic {
  static constexpr std::string_view kName = "easgd";
  using Options = ElasticOptions;
  static constexpr std::tuple kOptions{
      number("rho",
             &Options::rho,
             {0, 1, false, false, "a number in [0, 1]"},
             "elastic force on a worker per outer step; 0: 0.9 over the number of workers")};

  struct State {
    S mean;
    S x;
    S pulled;
    S anchor;  // the center
  };
  static constexpr std::array kFields{
      scratch("mean"), memory("x"), scratch("pulled"), memory("anchor")};

  static constexpr State pull(const State& s, const Round<S>& r, const Options& o) {
    return {.mean = s.mean,
            .x = s.x,
            .pulled = s.x - force(r, o) * (s.x - s.anchor),
            .anchor = s.anchor};
  }
  static constexpr State center(const State& s, const Round<S>& r, const Options& o) {
    const Real<S> share = r.workers * force(r, o);
    return {.mean = s.mean,
            .x = s.x,
            .pulled = s.pulled,
            .anchor = s.anchor + share * (s.mean - s.anchor)};
  }

  static constexpr auto kRound = stages(local(pull), local(center));
};

// One worker and the center.
template <class S>
struct Pair {
  using Options = ElasticOptions;
  struct State {
    S x;
    S pulled;
    S anchor;
  };
  static constexpr std::array kFields{memory("x"), scratch("pulled"), memory("anchor")};

  static constexpr State meet(const State& s, const Round<S>& r, const Options& o) {
    const S moved = force(r, o) * (s.x - s.anchor);
    return {.x = s.x, .pulled = s.x - moved, .anchor = s.anchor + r.weight * moved};
  }
};

template <class S>
struct Sequential : Pair<S> {
  static constexpr auto kRound = stages(sequential(Pair<S>::meet));
};

// Without an exact average every worker has a center of its own.
template <class S>
struct Alone : Pair<S> {
  static constexpr auto kRound = stages(local(Pair<S>::meet));
};

// All workers hold one model, and all of them pull.
template <class S>
struct AsOne : Pair<S> {
  using typename Pair<S>::State;
  static constexpr State meet(const State& s, const Round<S>& r, const ElasticOptions& o) {
    const S moved = force(r, o) * (s.x - s.anchor);
    return {.x = s.x, .pulled = s.x - moved, .anchor = s.anchor + r.workers * moved};
  }
  static constexpr auto kRound = stages(local(meet));
};

template <class S>
std::size_t append_elastic(Program<S>& program, const OptionValues& values, const OuterFields& f) {
  const ElasticOptions options{values.number("rho")};
  const std::vector<std::size_t> pair{0, f.next, f.anchor};
  if (!values.flag("exact_average")) {
    return append_stages<Alone, S>(program, options, pair).size();
  }
  if (visits_sequentially(values)) {
    return append_stages<Sequential, S>(program, options, pair).size();
  }
  if (program.keeps_one_model()) {
    return append_stages<AsOne, S>(program, options, pair).size();
  }
  return append_stages<Elastic, S>(program, options, {f.mean, 0, f.next, f.anchor}).size();
}

}  // namespace

bool visits_sequentially(const OptionValues& values) {
  return values.has("order") && values.text("order") == "round-robin";
}

OuterStep easgd() {
  OuterStep outer = outer_entry<Elastic>(
      "workers and a center pull at each other",
      "Zhang, Choromanska, LeCun: Deep learning with elastic averaging SGD, NeurIPS 2015");
  outer.slow_name = {};
  outer.pulls = true;
  outer.options.insert(outer.options.begin() + 1,
                       {.name = "order",
                        .help = "all workers meet the same center, or each what the last one left",
                        .fallback = std::string("simultaneous"),
                        .choices = {"simultaneous", "round-robin"}});
  outer.append = {append_elastic<float>, append_elastic<double>};
  return outer;
}

}  // namespace murmur::algorithms
