// SPDX-License-Identifier: Apache-2.0
// Methods that exchange something else than models by a mixing matrix, against naive loops over
// their formulas (listings.h): encoded differences, relayed sums, second vectors.
#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "murmur/topology/trees.h"
#include "tests/oracles/listings.h"

namespace murmur::testing {
namespace {

using namespace listings;

// The two largest magnitudes of each worker's five.
Stack top(const Stack& v, int workers) {
  Stack out(v.size());
  const std::size_t d = v.size() / static_cast<std::size_t>(workers);
  for (std::size_t begin = 0; begin < v.size(); begin += d) {
    for (int taken = 0; taken < 2; ++taken) {
      std::size_t best = v.size();
      for (std::size_t c = begin; c < begin + d; ++c) {
        if (out[c] == 0 && v[c] != 0 && (best == v.size() || std::abs(v[c]) > std::abs(v[best]))) {
          best = c;
        }
      }
      if (best < v.size()) {
        out[best] = v[best];
      }
    }
  }
  return out;
}

Scene with_top(codecs::Use use) {
  OptionValues options(codecs::find_codec("top-k")->options);
  options.set("ratio", 0.4);
  Scene scene;
  scene.codec = std::make_shared<const codecs::Compression<double>>(codecs::Compression<double>{
      .coding = codecs::make_coding<double>("top-k", options, use), .seed = 4});
  return scene;
}

TEST(TrackedCopies, AreTheirListingsWithTopK) {
  const double gamma = 0.3;
  const double beta = 0.7;
  for (const std::string name : {"beer", "motef", "docom"}) {
    for (const std::string first : {"kept", "sent"}) {
      const Scene scene = with_top(codecs::Use::kAsContraction);
      Stack m(scene.objective.size());
      Stack v(m), x_copy(m), v_copy(m), before = scene.objective.start();
      NamedOptions options{{"gossip_step", gamma}, {"first_tracker", first}};
      if (name != "beer") {
        options.emplace_back("momentum", beta);
      }
      expect_agreement(name, options, scene, [&](Stack& x, double lr, int step) {
        const Stack g = scene.g(x, step);
        Stack moment = g;
        if (step > 0 && name == "motef") {
          moment = beta * m + (1 - beta) * g;
        } else if (step > 0 && name == "docom") {
          moment = g + beta * (m - scene.g(before, step));
        }
        v = step == 0 ? moment
                      : Stack(v + moment - m + gamma * (scene.mixed(v_copy, step) - v_copy));
        m = moment;
        if (step > 0 || first == "sent") {
          v_copy += top(v - v_copy, 6);
        }
        before = x;
        x += gamma * (scene.mixed(x_copy, step) - x_copy) - lr * v;
        x_copy += top(x - x_copy, 6);
      });
    }
  }
}

TEST(Lead, IsItsListingWithTopK) {
  const double gamma = 0.4;
  for (const double alpha : {0.5, 0.2, 1.0}) {
    const Scene scene = with_top(codecs::Use::kAsIs);
    Stack dual(scene.objective.size());
    Stack copy(dual);
    expect_agreement("lead",
                     {{"dual_step", gamma}, {"memory_step", alpha}},
                     scene,
                     [&](Stack& x, double lr, int step) {
                       const Stack g = scene.g(x, step);
                       if (step == 0) {
                         x -= lr * g;
                         return;
                       }
                       const Stack p = copy + top(x - lr * (g + dual) - copy, 6);
                       const Stack apart = p - scene.mixed(p, step);
                       copy = (1 - alpha) * copy + alpha * p;
                       x -= lr * (g + dual) + gamma / 2 * apart;
                       dual += lr == 0 ? Stack(0 * apart) : Stack(gamma / (2 * lr) * apart);
                     });
  }
}

// Worker by worker, bit by bit.
TEST(DsgdCeca, IsItsListingWithBothNumbersOfPorts) {
  for (const int ports : {2, 1}) {
    for (const int n : {1, 2, 5, 6, 8}) {
      if (ports == 1 && n % 2 == 1) {
        continue;
      }
      Scene scene;
      scene.objective = NoisyQuadratic(n);
      scene.graph = topology_of("ring", n);
      std::vector<int> bits;
      for (int left = n - 1; left > 0; left /= 2) {
        bits.insert(bits.begin(), left % 2);
      }
      Stack h = scene.objective.start();
      int m = 0;
      const auto from = [&](int i, int b) {
        const int other = ports == 2 ? i - m - b : (i % 2 == 1 ? i + 2 * m + 1 : i - 2 * m - 1);
        return (other + 2 * n) % n;
      };
      expect_agreement(
          "dsgd-ceca", {{"ports", std::int64_t{ports}}}, scene, [&](Stack& x, double lr, int step) {
            if (n == 1) {
              x -= lr * scene.g(x, step);
              return;
            }
            const std::size_t turn = static_cast<std::size_t>(step) % bits.size();
            m = turn == 0 ? 0 : m;
            const int b = bits[turn];
            const Stack g = scene.g(b == 1 ? x : h, step);
            x -= lr * g;
            h -= lr * g;
            Stack r(x.size());
            for (int i = 0; i < n; ++i) {
              const Stack row = of_worker(b == 1 ? x : h, n, from(i, b));
              r[std::slice(static_cast<std::size_t>(i) * row.size(), row.size(), 1)] = row;
            }
            const double k = m;
            h = b == 1 ? Stack((k * h + (k + 1) * r) / (2 * k + 1)) : Stack((h + r) / 2);
            x = b == 1 ? Stack((x + r) / 2) : Stack(((k + 1) * x + k * r) / (2 * k + 1));
            m = 2 * m + b;
          });
    }
  }
}

// Messages by directed edge, per tree.
class NaiveRelay {
 public:
  NaiveRelay(std::vector<topology::Tree> trees, std::size_t dimension) : trees_(std::move(trees)) {
    for (const topology::Tree& tree : trees_) {
      neighbors_.push_back(tree.neighbors());
      sums_.emplace_back();
      counts_.emplace_back();
    }
    d_ = dimension;
  }

  // Of every worker the sum of what it received, and how many workers that are, by coordinate.
  std::pair<Stack, Stack> relay(const Stack& h) {
    Stack sum(h.size());
    Stack count(h.size());
    for (std::size_t t = 0; t < trees_.size(); ++t) {
      const Messages old_sums = sums_[t];
      const Messages old_counts = counts_[t];
      const int n = trees_[t].workers();
      for (int i = 0; i < n; ++i) {
        for (const int j : of(t, i)) {
          Stack m = of_worker(h, n, i);
          double c = 1;
          for (const int k : of(t, i)) {
            if (k != j && old_sums.contains({k, i})) {
              m += old_sums.at({k, i});
              c += old_counts.at({k, i})[0];
            }
          }
          sums_[t][{i, j}] = m;
          counts_[t][{i, j}] = Stack({c});
        }
      }
      for (std::size_t place = 0; place < h.size(); ++place) {
        const int i = static_cast<int>(place / d_);
        const std::size_t k = place % d_;
        for (const int j : of(t, i)) {
          if (k % trees_.size() == t) {
            sum[place] += sums_[t].at({j, i})[k];
            count[place] += counts_[t].at({j, i})[0];
          }
        }
      }
    }
    return {sum, count};
  }

 private:
  using Messages = std::map<std::pair<int, int>, Stack>;
  const std::vector<int>& of(std::size_t tree, int worker) const {
    return neighbors_[tree][static_cast<std::size_t>(worker)];
  }

  std::vector<topology::Tree> trees_;
  std::vector<std::vector<std::vector<int>>> neighbors_;
  std::vector<Messages> sums_;
  std::vector<Messages> counts_;
  std::size_t d_ = 1;
};

TEST(RelaySgd, IsItsListingInEveryFormAlongEveryTree) {
  for (const std::string graph : {"chain", "star", "ring", "binary-tree", "double-binary-trees"}) {
    for (const std::string form : {"start", "own", "counts", "updates"}) {
      for (const Momentum& momentum : momenta()) {
        const int n = 7;
        Scene scene;
        scene.objective = NoisyQuadratic(n);
        scene.graph = topology_of(graph, n);
        const Stack first = scene.objective.start();
        NaiveRelay naive(topology::trees_of(*scene.graph), scene.objective.dimension());
        Stack m(scene.objective.size());
        const bool updates = form == "updates";
        expect_agreement(
            "relay-sgd",
            joined(momentum.options(),
                   {updates ? std::pair<std::string, OptionValue>{"relay", form}
                            : std::pair<std::string, OptionValue>{"normalization", form}}),
            scene,
            [&](Stack& x, double lr, int step) {
              const Stack u = lr * momentum.direction(m, scene.g(x, step));
              const Stack h = updates ? Stack(-u) : Stack(x - u);
              const auto [sum, c] = naive.relay(h);
              x = form == "start" ? Stack((h + sum + (n - 1.0 - c) * first) / double{n})
                  : form == "own" ? Stack(((double{n} - c) * h + sum) / double{n})
                  : updates       ? Stack(x + (h + sum) / double{n})
                                  : Stack((h + sum) / (1.0 + c));
            });
        ASSERT_FALSE(HasFatalFailure()) << graph << " " << form;
      }
    }
  }
}

// After ceil(log2 n) steps without gradients every worker holds the exact mean.
TEST(DsgdCeca, AveragesExactlyInTheLogarithmOfAnyNumberOfWorkers) {
  for (const int ports : {2, 1}) {
    for (int n = 2; n <= 40; n += ports == 1 ? 2 : 1) {
      Table start;
      for (int i = 0; i < n; ++i) {
        start.push_back({std::sin(3.0 * i), i == 0 ? 1.0 : 0.0});
      }
      Walk walk({.program = program_of("dsgd-ceca", {{"ports", std::int64_t{ports}}}),
                 .topology = topology_of("ring", n),
                 .problem = problem_of("consensus", n, {{"start", start}}),
                 .rates = {}});
      const Stack mean = mean_of(walk.models(), n);
      const auto steps = static_cast<int>(std::ceil(std::log2(n)));
      walk.steps(constant(0.1, steps - 1));
      EXPECT_GT(apart(walk.models(), everywhere(mean, n)), 1e-6) << n;
      walk.steps({0.1});
      EXPECT_LT(apart(walk.models(), everywhere(mean, n)), 1e-14) << n;
    }
  }
}

}  // namespace
}  // namespace murmur::testing
