// SPDX-License-Identifier: Apache-2.0
// Algorithms with encoded messages against naive copies of their listings, in double precision:
// public copies with top-k on a ring, error feedback with top-k and with factors of low rank.
#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/codecs/compression.h"
#include "murmur/core/random.h"
#include "tests/support/oracles.h"

namespace murmur::testing {
namespace {

constexpr int kWorkers = 5;
constexpr int kSteps = 60;
constexpr double kAgreement = 1e-9;
constexpr double kDecay = 0.02;
constexpr std::uint64_t kSeed = 4;
constexpr std::size_t kRows = 4;
constexpr std::size_t kColumns = 3;

using Vector = std::vector<double>;

double rate_of(int step) {
  return step % 7 == 3 ? 0.01 : 0.04;
}

// The objective, by worker and coordinate.
const Quadratic& objective() {
  static const Quadratic kQuadratic = random_quadratic(kWorkers, kRows * kColumns);
  return kQuadratic;
}

double gradient_at(int worker, std::size_t k, double x) {
  const std::size_t place = static_cast<std::size_t>(worker) * kRows * kColumns + k;
  return objective().curvature[place] * (x - objective().center[place]);
}

std::vector<Vector> starts() {
  std::vector<Vector> all;
  for (int i = 0; i < kWorkers; ++i) {
    const Stack one = of_worker(objective().start, kWorkers, i);
    all.emplace_back(std::begin(one), std::end(one));
  }
  return all;
}

// The `count` largest magnitudes, of equal ones the first.
Vector top(const Vector& v, std::size_t count) {
  Vector out(v.size(), 0.0);
  for (std::size_t taken = 0; taken < count; ++taken) {
    std::size_t best = v.size();
    for (std::size_t k = 0; k < v.size(); ++k) {
      if (out[k] == 0 && v[k] != 0 && (best == v.size() || std::abs(v[k]) > std::abs(v[best]))) {
        best = k;
      }
    }
    if (best < v.size()) {
      out[best] = v[best];
    }
  }
  return out;
}

std::shared_ptr<const codecs::Compression<double>> compression(
    const std::string& name,
    const NamedOptions& settings,
    codecs::Use use = codecs::Use::kAsContraction) {
  OptionValues options(codecs::find_codec(name)->options);
  for (const auto& [key, value] : settings) {
    options.set(key, value);
  }
  return std::make_shared<const codecs::Compression<double>>(codecs::Compression<double>{
      .coding = codecs::make_coding<double>(name, options, use), .seed = kSeed});
}

MakeProblem problem() {
  const auto table = [](const Stack& all) {
    Table rows;
    for (int i = 0; i < kWorkers; ++i) {
      const Stack one = of_worker(all, kWorkers, i);
      rows.emplace_back(std::begin(one), std::end(one));
    }
    return rows;
  };
  return problem_of("quadratic",
                    kWorkers,
                    {{"curvature", table(objective().curvature)},
                     {"center", table(objective().center)},
                     {"start", Table{table(objective().start).front()}},
                     {"shape", std::vector<std::int64_t>{kRows, kColumns}}});
}

// Runs the engine next to `naive`, which performs a step at a rate and returns all models.
void expect_agreement(Program<double> program,
                      std::shared_ptr<const codecs::Compression<double>> codec,
                      const std::function<std::vector<Vector>(double lr)>& naive) {
  Walk walk({.program = std::move(program),
             .topology = topology_of("ring", kWorkers),
             .problem = problem(),
             .rates = {},
             .weight_decay = kDecay,
             .compression = std::move(codec)});
  double moved = 0;
  for (int step = 0; step < kSteps; ++step) {
    walk.step(rate_of(step));
    const std::vector<Vector> expected = naive(rate_of(step));
    const Stack models = walk.models();
    for (std::size_t i = 0; i < expected.size(); ++i) {
      for (std::size_t k = 0; k < expected[i].size(); ++k) {
        const double x = models[i * expected[i].size() + k];
        ASSERT_NEAR(x, expected[i][k], kAgreement) << "step " << step << " worker " << i;
        moved = std::max(moved, std::abs(x - starts()[i][k]));
      }
    }
  }
  EXPECT_GT(moved, 0.1);
}

struct Momentum {
  double beta = 0;
  bool nesterov = false;
  std::vector<Vector> m = std::vector<Vector>(kWorkers, Vector(kRows* kColumns));

  double direction(int worker, std::size_t k, double g) {
    double& mine = m[static_cast<std::size_t>(worker)][k];
    mine = beta * mine + g;
    return nesterov ? g + beta * mine : mine;
  }
};

NamedOptions momentum_options(const Momentum& momentum) {
  return {{"momentum", momentum.beta}, {"nesterov", momentum.nesterov}};
}

const std::vector<Momentum>& momenta() {
  static const std::vector<Momentum> kMomenta{{0, false}, {0.9, false}, {0.9, true}};
  return kMomenta;
}

class Choco {
 public:
  Choco(bool mixes_first, double gossip_step, std::size_t count, Momentum momentum)
      : mixes_first_(mixes_first), gossip_step_(gossip_step), count_(count), momentum_(momentum) {}

  std::vector<Vector> step(double lr) {
    if (mixes_first_) {
      mix();
      publish();
      descend(lr);
    } else {
      descend(lr);
      publish();
      mix();
    }
    return x_;
  }

 private:
  void mix() {
    for (int i = 0; i < kWorkers; ++i) {
      for (std::size_t k = 0; k < kRows * kColumns; ++k) {
        const auto copy = [&](int j) { return copy_[static_cast<std::size_t>(j % kWorkers)][k]; };
        const double mixed = (copy(i) + copy(i + 1) + copy(i + kWorkers - 1)) / 3;
        x_[static_cast<std::size_t>(i)][k] += gossip_step_ * (mixed - copy(i));
      }
    }
  }
  void publish() {
    for (std::size_t i = 0; i < kWorkers; ++i) {
      Vector difference = x_[i];
      for (std::size_t k = 0; k < difference.size(); ++k) {
        difference[k] -= copy_[i][k];
      }
      const Vector sent = top(difference, count_);
      for (std::size_t k = 0; k < difference.size(); ++k) {
        copy_[i][k] += sent[k];
      }
    }
  }
  void descend(double lr) {
    for (int i = 0; i < kWorkers; ++i) {
      for (std::size_t k = 0; k < kRows * kColumns; ++k) {
        double& x = x_[static_cast<std::size_t>(i)][k];
        x -= lr * momentum_.direction(i, k, gradient_at(i, k, x) + kDecay * x);
      }
    }
  }

  bool mixes_first_;
  double gossip_step_;
  std::size_t count_;
  Momentum momentum_;
  std::vector<Vector> x_ = starts();
  std::vector<Vector> copy_ = std::vector<Vector>(kWorkers, Vector(kRows* kColumns));
};

TEST(ChocoSgd, IsItsListingWithTopK) {
  for (const bool mixes_first : {true, false}) {
    for (const Momentum& momentum : momenta()) {
      NamedOptions options = momentum_options(momentum);
      options.emplace_back("gossip_step", 0.3);
      options.emplace_back("order", std::string(mixes_first ? "mix-first" : "gradient-first"));
      Choco naive(mixes_first, 0.3, 3, momentum);
      expect_agreement(program_of("choco-sgd", options),
                       compression("top-k", {{"ratio", 0.3}}),  // floor(0.3 * 12) = 3
                       [&](double lr) { return naive.step(lr); });
    }
  }
}

// CHOCO-gossip on a ring of eight, a tenth of the coordinates in a message: with the step size of
// the theory the distances shrink as the specification's own simulation found, and with a usual one
// to nothing; the mean stays.
TEST(ChocoGossip, ContractsAsItsTheoryPromises) {
  constexpr int kRing = 8;
  constexpr std::size_t kLength = 1000;
  Table start(kRing, std::vector<double>(kLength));
  for (std::size_t i = 0; i < kRing; ++i) {
    for (std::size_t k = 0; k < kLength; ++k) {
      start[i][k] = Random(6, Stream::kTest, static_cast<std::int64_t>(i)).normal(k);
    }
  }
  const auto shrinks_to = [&](double gossip_step, int steps) {
    Walk walk(
        {.program = program_of(
             "choco-sgd", {{"gossip_step", gossip_step}, {"order", std::string("gradient-first")}}),
         .topology = topology_of("ring", kRing),
         .problem = problem_of("consensus", kRing, {{"start", start}}),
         .rates = {},
         .compression = compression("top-k", {{"ratio", 0.1}})});
    const Stack mean = mean_of(walk.models(), kRing);
    const auto distances = [&] {
      const Stack away = walk.models() - everywhere(mean, kRing);
      const Stack unknown = walk.models() - walk.field("public_copy");
      return (away * away).sum() + (unknown * unknown).sum();
    };
    const double before = distances();
    walk.steps(constant(0.1, steps));
    EXPECT_LT(apart(mean_of(walk.models(), kRing), mean), 1e-13);
    return distances() / before;
  };
  EXPECT_NEAR(shrinks_to(3.52655e-4, 2000), 0.191, 0.005);
  EXPECT_LT(shrinks_to(0.3, 400), 1e-20);
}

// What the workers' vectors become, and the mean of that.
struct Decoded {
  std::vector<Vector> own;
  Vector mean;
};

Vector average_of(const std::vector<Vector>& all) {
  Vector mean(all.front().size(), 0.0);
  for (const Vector& one : all) {
    for (std::size_t k = 0; k < mean.size(); ++k) {
      mean[k] += one[k] / static_cast<double>(all.size());
    }
  }
  return mean;
}

Decoded with_top(const std::vector<Vector>& all) {
  Decoded decoded;
  for (const Vector& one : all) {
    decoded.own.push_back(top(one, 3));
  }
  decoded.mean = average_of(decoded.own);
  return decoded;
}

// PowerSGD of the mean, which the workers' factors add up to. Matrices are rows of columns.
class Power {
 public:
  explicit Power(std::size_t rank) : rank_(rank), q_(kColumns, Vector(rank)) {
    const codecs::Draws draws{.seed = kSeed};
    for (std::size_t j = 0; j < kColumns; ++j) {
      for (std::size_t k = 0; k < rank; ++k) {
        q_[j][k] = draws.common().normal(j * rank + k);
      }
    }
  }

  Decoded operator()(const std::vector<Vector>& all) {
    const Vector m = average_of(all);
    std::vector<Vector> p(kRows, Vector(rank_, 0.0));
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t k = 0; k < rank_; ++k) {
        for (std::size_t j = 0; j < kColumns; ++j) {
          p[i][k] += m[i * kColumns + j] * q_[j][k];
        }
      }
    }
    orthonormalize(p);
    for (std::size_t j = 0; j < kColumns; ++j) {
      for (std::size_t k = 0; k < rank_; ++k) {
        q_[j][k] = 0;
        for (std::size_t i = 0; i < kRows; ++i) {
          q_[j][k] += m[i * kColumns + j] * p[i][k];
        }
      }
    }
    Vector decoded(m.size(), 0.0);
    for (std::size_t i = 0; i < kRows; ++i) {
      for (std::size_t j = 0; j < kColumns; ++j) {
        for (std::size_t k = 0; k < rank_; ++k) {
          decoded[i * kColumns + j] += p[i][k] * q_[j][k];
        }
      }
    }
    return {std::vector<Vector>(all.size(), decoded), decoded};
  }

 private:
  void orthonormalize(std::vector<Vector>& p) const {
    for (std::size_t k = 0; k < rank_; ++k) {
      for (std::size_t l = 0; l < k; ++l) {
        double inner = 0;
        for (std::size_t i = 0; i < kRows; ++i) {
          inner += p[i][l] * p[i][k];
        }
        for (std::size_t i = 0; i < kRows; ++i) {
          p[i][k] -= inner * p[i][l];
        }
      }
      double square = 0;
      for (std::size_t i = 0; i < kRows; ++i) {
        square += p[i][k] * p[i][k];
      }
      for (std::size_t i = 0; i < kRows; ++i) {
        p[i][k] /= std::sqrt(square) + 1e-8;
      }
    }
  }

  std::size_t rank_;
  std::vector<Vector> q_;
};

class ErrorFeedback {
 public:
  using Encode = std::function<Decoded(const std::vector<Vector>&)>;

  ErrorFeedback(std::string form, Momentum momentum, Encode encode)
      : form_(std::move(form)), momentum_(momentum), encode_(std::move(encode)) {}

  std::vector<Vector> step(double lr) {
    std::vector<Vector> update = error_;
    for (int i = 0; i < kWorkers; ++i) {
      for (std::size_t k = 0; k < x_.size(); ++k) {
        const double g = gradient_at(i, k, x_[k]);
        update[static_cast<std::size_t>(i)][k] +=
            form_ == "ef-sgd" ? lr * momentum_.direction(i, k, g + kDecay * x_[k]) : g;
      }
    }
    const Decoded decoded = encode_(update);
    for (std::size_t i = 0; i < kWorkers; ++i) {
      for (std::size_t k = 0; k < x_.size(); ++k) {
        error_[i][k] = update[i][k] - decoded.own[i][k];
      }
    }
    for (std::size_t k = 0; k < x_.size(); ++k) {
      x_[k] -= form_ == "ef-sgd" ? decoded.mean[k] : lr * after(k, decoded.mean[k]);
    }
    return {x_};
  }

 private:
  double after(std::size_t k, double mean) {
    const double d = mean + kDecay * x_[k];
    const double u = momentum_.direction(0, k, d);
    return form_ == "hook" ? u : (momentum_.beta == 0 ? d : d + momentum_.m[0][k]);
  }

  std::string form_;
  Momentum momentum_;
  Encode encode_;
  Vector x_ = starts().front();
  std::vector<Vector> error_ = std::vector<Vector>(kWorkers, Vector(kRows* kColumns));
};

void expect_error_feedback(const std::string& form,
                           const Momentum& momentum,
                           const std::shared_ptr<const codecs::Compression<double>>& codec,
                           ErrorFeedback::Encode encode) {
  NamedOptions options = momentum_options(momentum);
  options.emplace_back("form", form);
  ErrorFeedback naive(form, momentum, std::move(encode));
  expect_agreement(program_of("ef-sgd", options), codec, [&](double lr) { return naive.step(lr); });
}

TEST(EfSgd, IsItsListingInEveryForm) {
  for (const std::string form : {"ef-sgd", "powersgd", "hook"}) {
    for (const Momentum& momentum : momenta()) {
      if (form == "powersgd" && momentum.nesterov) {
        continue;
      }
      expect_error_feedback(form, momentum, compression("top-k", {{"ratio", 0.3}}), with_top);
      for (const std::size_t rank : {std::size_t{1}, std::size_t{2}}) {
        const auto codec = compression("low-rank", {{"rank", static_cast<std::int64_t>(rank)}});
        expect_error_feedback(form, momentum, codec, Power(rank));
        ASSERT_FALSE(HasFatalFailure()) << form << " " << momentum.beta << " rank " << rank;
      }
    }
  }
}

// TernGrad: all workers send 0 or the largest magnitude of all, with a sign, so that the mean of n
// messages lies on a grid of 2 n + 1 levels.
TEST(AllreduceSgd, AveragesTernaryGradientsOnOneGrid) {
  constexpr double kRate = 0.1;
  Walk walk({.program = program_of("allreduce-sgd"),
             .topology = topology_of("ring", kWorkers),
             .problem = problem(),
             .rates = {},
             .compression = compression("ternary", {{"clip", 0.0}}, codecs::Use::kAsIs)});
  const Vector before = starts().front();
  double scale = 0;
  for (int i = 0; i < kWorkers; ++i) {
    for (std::size_t k = 0; k < before.size(); ++k) {
      scale = std::max(scale, std::abs(gradient_at(i, k, before[k])));
    }
  }
  walk.step(kRate);
  const Stack after = walk.models();
  double largest = 0;
  for (std::size_t k = 0; k < before.size(); ++k) {
    const double level = (before[k] - after[k]) / kRate * kWorkers / scale;
    EXPECT_NEAR(level, std::round(level), kAgreement) << k;
    EXPECT_LE(std::abs(level), kWorkers + kAgreement) << k;
    largest = std::max(largest, std::abs(level));
  }
  EXPECT_GE(largest, 1 - kAgreement);
}

}  // namespace
}  // namespace murmur::testing
