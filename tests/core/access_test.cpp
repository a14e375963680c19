// SPDX-License-Identifier: Apache-2.0
// The fields that a kernel reads and writes are found for every setting of its options and of the
// round.
#include <array>
#include <bit>
#include <cstdint>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/core/make_program.h"
#include "murmur/core/option_binding.h"

namespace murmur {
namespace {

enum Form { kPlain, kHeavy, kAhead };

// Each field is read, or written, under one setting only.
template <class S>
struct Moody {
  static constexpr std::string_view kName = "moody";
  struct Options {
    bool flag = false;
    int form = kPlain;
    Real<S> share = 0;
    std::int64_t period = 1;
    bool other = true;
  };
  static constexpr std::tuple kOptions{
      flag("flag", &Options::flag, ""),
      choice("form", &Options::form, {"plain", "heavy", "ahead"}, ""),
      number("share", &Options::share, kMomentum, ""),
      number("period", &Options::period, murmur::kCount, ""),
      flag("other", &Options::other, "")};
  struct State {
    S x;
    S m;
    S v;
    S w;
    S p;
    S old;
    S kept;
  };
  static constexpr std::array kFields{model("x"),
                                      memory("m"),
                                      memory("v"),
                                      memory("w"),
                                      memory("p"),
                                      memory("old"),
                                      memory("kept")};

  static constexpr State step(const State& s, const S& g, const Round<S>& r, const Options& o) {
    State next = s;
    next.x = o.flag ? g + s.m : g;
    if (o.form == kAhead && !o.other) {
      next.x = next.x + s.v;
    }
    next.x = o.share > 0 ? next.x + s.w : next.x;
    next.x = o.period > 1 ? next.x + s.p : next.x;
    next.x = r.weight_decay > 0 ? next.x + s.old : next.x;
    next.kept = o.flag ? S(0) : s.kept;
    return next;
  }
  static constexpr auto kRound = stages(with_gradient(step, "x", Decay::kPlacedByKernel));
};

// The same without any binding of fields to names.
template <class S>
struct Unbound {
  static constexpr std::string_view kName = "unbound";
  struct Options {
    Real<S> beta = Real<S>(0.5);
    bool flag = false;
  };
  struct State {
    S x;
    S m;
  };
  static constexpr std::array kFields{model("x"), memory("m")};
  static constexpr State step(const State& s, const S& g, const Round<S>&, const Options& o) {
    return {.x = o.flag ? g + o.beta * s.m : g, .m = s.m};
  }
  static constexpr auto kRound = stages(with_gradient(step, "x", Decay::kPlacedByKernel));
};

constexpr std::size_t kLength = 11;

template <template <class> class A, class S>
void expect_formula(const typename A<S>::Options& options) {
  constexpr std::size_t kFields = A<S>::kFields.size();
  const Program<S> program = make_program<A, S>(options);
  const BoundKernel<S>& kernel = *program.round.front().kernel();
  std::vector<std::vector<S>> rows(kFields, std::vector<S>(kLength));
  for (std::size_t f = 0; f < kFields; ++f) {
    for (std::size_t c = 0; c < kLength; ++c) {
      rows[f][c] = static_cast<S>(8 * f + c);
    }
  }
  const std::vector<std::vector<S>> before = rows;
  std::vector<S*> fields;
  for (std::vector<S>& row : rows) {
    fields.push_back(row.data());
  }
  const std::vector<S> gradient(kLength, S(2));
  for (const S decay : {S(0), S(1)}) {
    rows = before;
    Round<S> round;
    round.lr = S(0.5);
    round.weight_decay = decay;
    kernel.apply(fields.data(), gradient.data(), kLength, round, kernel.options.get());
    for (std::size_t c = 0; c < kLength; ++c) {
      std::array<S, kFields> one{};
      for (std::size_t f = 0; f < kFields; ++f) {
        one[f] = before[f][c];
      }
      const auto expected = std::bit_cast<std::array<S, kFields>>(
          A<S>::step(std::bit_cast<typename A<S>::State>(one), gradient[c], round, options));
      for (std::size_t f = 0; f < kFields; ++f) {
        EXPECT_EQ(rows[f][c], expected[f]) << A<S>::kFields[f].name;
      }
    }
  }
}

TEST(Access, IsFoundForEverySettingOfTheOptions) {
  for (const bool flag : {false, true}) {
    for (const bool other : {false, true}) {
      for (const int form : {int{kPlain}, int{kHeavy}, int{kAhead}}) {
        for (const double share : {0.0, 0.25}) {
          for (const std::int64_t period : {1, 2, 40}) {
            expect_formula<Moody, double>({flag, form, share, period, other});
            expect_formula<Moody, float>({flag, form, static_cast<float>(share), period, other});
          }
        }
      }
    }
  }
}

TEST(Access, IsFoundWhereOptionsHaveNoNames) {
  expect_formula<Unbound, float>({.beta = 0.25F, .flag = false});
  expect_formula<Unbound, float>({.beta = 0.25F, .flag = true});
  expect_formula<Unbound, double>({.beta = 0, .flag = true});
}

// A threshold on a numeric option is detected when a program is made, not ignored.
template <class S>
struct Threshold : Unbound<S> {
  struct Options {
    Real<S> beta = Real<S>(0.5);
  };
  using State = typename Unbound<S>::State;
  static constexpr State step(const State& s, const S& g, const Round<S>&, const Options& o) {
    return {.x = o.beta > 0.6 && o.beta < 0.7 ? g + s.m : g, .m = s.m};
  }
  static constexpr auto kRound = stages(with_gradient(step, "x", Decay::kPlacedByKernel));
};

TEST(AccessDeathTest, RefusesWhatNoRecordedSettingKnew) {
  static_cast<void>(make_program<Threshold, double>({.beta = 0.5}));
  EXPECT_DEATH(static_cast<void>(make_program<Threshold, double>({.beta = 0.65})), "touches 'm'");
}

// The same four fields of a kernel in another order: masks are translated, not copied.
TEST(Access, IsThatOfTheFieldsAKernelIsBoundTo) {
  Program<double> program = make_program<Unbound, double>();
  program.add_field(memory("other_x"));
  program.add_field(memory("other_m"));
  const BoundKernel<double>& kernel =
      *append_stages<Unbound, double>(program, {.beta = 0.5, .flag = true}, {3, 2})
           .front()
           .kernel();
  EXPECT_EQ(kernel.reads, field_bit(2));
  EXPECT_EQ(kernel.writes, field_bit(3));
}

}  // namespace
}  // namespace murmur
