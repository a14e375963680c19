// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/core/random.h"
#include "murmur/learning/translation/beam_search.h"

namespace murmur::learning {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

using Tokens = std::vector<std::int32_t>;

constexpr std::int32_t kPadding = 0;
constexpr std::int32_t kBegin = 2;
constexpr std::int32_t kEnd = 3;

// Draws of the log-probabilities after a prefix, different ones for every sentence.
class RandomTokens : public NextTokens {
 public:
  RandomTokens(std::uint64_t seed, std::int64_t vocabulary)
      : seed_(seed), vocabulary_(vocabulary) {}

  std::int64_t vocabulary() const override { return vocabulary_; }

  std::span<const double> after(std::span<const Continuation> hypotheses) override {
    std::vector<Tokens> next;
    rows_.clear();
    for (const Continuation& one : hypotheses) {
      next.push_back(prefixes_.empty() ? Tokens() : prefixes_[std::size_t(one.parent)]);
      next.back().push_back(one.token);
      const std::vector<double> row = of(one.sentence, next.back());
      rows_.insert(rows_.end(), row.begin(), row.end());
    }
    prefixes_ = next;
    ++calls_;
    return rows_;
  }

  // prefix: with <s>.
  std::vector<double> of(std::int32_t sentence, const Tokens& prefix) const {
    std::int64_t place = 0;
    for (const std::int32_t token : prefix) {
      place = (place * vocabulary_ + token) % (std::int64_t{1} << 39U);
    }
    const Random draws(seed_, Stream::kTest, sentence, place);
    std::vector<double> row;
    for (std::int64_t token = 0; token < vocabulary_; ++token) {
      row.push_back(3 * draws.uniform(std::uint64_t(token)));
    }
    const double sum = std::accumulate(
        row.begin(), row.end(), 0.0, [](double all, double x) { return all + std::exp(x); });
    for (double& x : row) {
      x -= std::log(sum);
    }
    return row;
  }

  int calls() const { return calls_; }

 private:
  std::uint64_t seed_;
  std::int64_t vocabulary_;
  std::vector<Tokens> prefixes_;
  std::vector<double> rows_;
  int calls_ = 0;
};

struct Scored {
  double log_probability = 0;
  Tokens tokens;  // with <s>, and </s> where it ended

  double score(double alpha) const {
    return log_probability / std::pow((5 + double(tokens.size()) - 1) / 6, alpha);
  }
  Tokens words() const {
    return {tokens.begin() + 1, tokens.end() - (tokens.back() == kEnd ? 1 : 0)};
  }
};

// All continuations by one token, best first.
std::vector<Scored> continuations(const RandomTokens& model,
                                  std::int32_t sentence,
                                  const std::vector<Scored>& living) {
  std::vector<Scored> all;
  for (const Scored& one : living) {
    const std::vector<double> row = model.of(sentence, one.tokens);
    for (std::int32_t token = 0; token < model.vocabulary(); ++token) {
      if (token != kPadding && token != kBegin) {
        all.push_back({one.log_probability + row[std::size_t(token)], one.tokens});
        all.back().tokens.push_back(token);
      }
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Scored& a, const Scored& b) {
    return a.log_probability > b.log_probability;
  });
  return all;
}

Tokens best_of(const std::vector<Scored>& finished, double alpha) {
  return std::max_element(
             finished.begin(),
             finished.end(),
             [&](const Scored& a, const Scored& b) { return a.score(alpha) < b.score(alpha); })
      ->words();
}

// The definition, word by word.
Tokens naive(const RandomTokens& model,
             const BeamSettings& settings,
             std::int32_t sentence,
             std::int64_t most) {
  const auto beam = std::size_t(settings.beam);
  std::vector<Scored> living{{0, {kBegin}}};
  std::vector<Scored> finished;
  for (std::int64_t length = 1; length <= most && finished.size() < beam; ++length) {
    std::vector<Scored> seen = continuations(model, sentence, living);
    seen.resize(std::min(seen.size(), 2 * beam));
    living.clear();
    for (std::size_t rank = 0; rank < seen.size(); ++rank) {
      if (seen[rank].tokens.back() != kEnd) {
        living.push_back(seen[rank]);
      } else if (rank < beam) {
        finished.push_back(seen[rank]);
      }
    }
    living.resize(std::min(living.size(), beam));
  }
  if (finished.size() < beam) {
    finished.insert(finished.end(), living.begin(), living.end());
  }
  return best_of(finished, settings.length_penalty);
}

TEST(BeamSearch, IsItsDefinitionForSentencesTogether) {
  for (const std::int64_t beam : {1, 2, 4, 7}) {
    for (const double alpha : {0.0, 0.6, 2.0}) {
      const std::vector<std::int64_t> most{1, 12, 5, 30, 2};
      for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        RandomTokens model(seed, 9);
        const BeamSettings settings{.beam = beam, .length_penalty = alpha};
        const auto found = beam_search(settings, most, model);
        ASSERT_THAT(found, SizeIs(most.size()));
        for (std::size_t i = 0; i < most.size(); ++i) {
          EXPECT_EQ(found[i], naive(model, settings, std::int32_t(i), most[i]))
              << "beam " << beam << ", alpha " << alpha << ", seed " << seed << ", " << i;
        }
      }
    }
  }
}

// Of all sequences of at most `most` tokens.
Tokens exhaustive(const RandomTokens& model, double alpha, std::int64_t most) {
  std::vector<Scored> living{{0, {kBegin}}};
  std::vector<Scored> finished;
  for (std::int64_t length = 1; length <= most; ++length) {
    std::vector<Scored> next;
    for (const Scored& one : continuations(model, 0, living)) {
      (one.tokens.back() == kEnd ? finished : next).push_back(one);
    }
    living = next;
  }
  finished.insert(finished.end(), living.begin(), living.end());
  return best_of(finished, alpha);
}

TEST(BeamSearch, FindsTheBestOfAllIfTheBeamIsWide) {
  constexpr std::int64_t kMost = 5;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    RandomTokens model(seed, 6);
    const auto found =
        beam_search({.beam = 2000, .length_penalty = 0.6}, std::vector{kMost}, model);
    EXPECT_THAT(found, ElementsAre(exhaustive(model, 0.6, kMost))) << seed;
  }
}

// The same log-probabilities after every prefix.
class SameTokens : public NextTokens {
 public:
  explicit SameTokens(std::vector<double> row) : row_(std::move(row)) {}
  std::int64_t vocabulary() const override { return std::ssize(row_); }
  std::span<const double> after(std::span<const Continuation> hypotheses) override {
    rows_.clear();
    for (std::size_t i = 0; i < hypotheses.size(); ++i) {
      rows_.insert(rows_.end(), row_.begin(), row_.end());
    }
    ++calls;
    return rows_;
  }
  int calls = 0;

 private:
  std::vector<double> row_;
  std::vector<double> rows_;
};

TEST(BeamSearch, NeverTakesPaddingOrTheBeginning) {
  SameTokens model({-0.1, -3, -0.1, -9, -4});
  const auto found = beam_search({.beam = 2}, std::vector<std::int64_t>{6}, model);
  EXPECT_THAT(found, ElementsAre(::testing::AllOf(SizeIs(6), Each(1))));
  EXPECT_EQ(model.calls, 6);
}

TEST(BeamSearch, StopsWithAsManyFinishedOnesAsTheBeam) {
  SameTokens model({-9, -3, -9, -0.1, -4});
  EXPECT_THAT(beam_search({.beam = 1}, std::vector<std::int64_t>{6}, model),
              ElementsAre(SizeIs(0)));
  EXPECT_EQ(model.calls, 1);
}

}  // namespace
}  // namespace murmur::learning
