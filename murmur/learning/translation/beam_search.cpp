// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/translation/beam_search.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include "murmur/core/check.h"

namespace murmur::learning {
namespace {

using Tokens = std::vector<std::int32_t>;

struct Hypothesis {
  Tokens tokens;
  double log_probability = 0;
};

// The next token of a living hypothesis.
struct Candidate {
  double log_probability = 0;  // of the hypothesis with it
  std::int64_t parent = 0;     // among the living
  std::int32_t token = 0;
};

// Better ones first; equal ones in the order of hypotheses and tokens.
bool is_before(const Candidate& a, const Candidate& b) {
  if (a.log_probability != b.log_probability) {
    return a.log_probability > b.log_probability;
  }
  return std::pair(a.parent, a.token) < std::pair(b.parent, b.token);
}

// The search for one sentence.
class Search {
 public:
  Search(const BeamSettings& settings, std::int64_t most) : settings_(settings), most_(most) {}

  bool is_done() const { return living_.empty(); }
  const std::vector<Hypothesis>& living() const { return living_; }
  const Tokens& best() const { return best_; }

  // The places of the living hypotheses among those before the last advance().
  const std::vector<std::int64_t>& parents() const { return parents_; }

  // log_probabilities: living x vocabulary.
  void advance(std::span<const double> log_probabilities, std::int64_t vocabulary) {
    const std::vector<Candidate> candidates = best_candidates(log_probabilities, vocabulary);
    std::vector<Hypothesis> next;
    parents_.clear();
    for (std::int64_t rank = 0; rank < std::ssize(candidates); ++rank) {
      const Candidate& candidate = candidates[static_cast<std::size_t>(rank)];
      const Tokens& tokens = living_[static_cast<std::size_t>(candidate.parent)].tokens;
      if (candidate.token == settings_.end) {
        if (rank < settings_.beam) {
          finish(tokens, candidate.log_probability, std::ssize(tokens) + 1);
        }
      } else if (std::ssize(next) < settings_.beam) {
        next.push_back({tokens, candidate.log_probability});
        next.back().tokens.push_back(candidate.token);
        parents_.push_back(candidate.parent);
      }
    }
    living_ = std::move(next);
    ++length_;
    if (finished_ >= settings_.beam) {
      living_.clear();
    } else if (length_ == most_) {
      for (const Hypothesis& hypothesis : std::exchange(living_, {})) {
        finish(hypothesis.tokens, hypothesis.log_probability, length_);
      }
    }
  }

 private:
  std::vector<Candidate> best_candidates(std::span<const double> log_probabilities,
                                         std::int64_t vocabulary) const {
    std::vector<Candidate> best;
    const auto most = static_cast<std::size_t>(2 * settings_.beam);
    for (std::int64_t parent = 0; parent < std::ssize(living_); ++parent) {
      const double before = living_[static_cast<std::size_t>(parent)].log_probability;
      for (std::int32_t token = 0; token < vocabulary; ++token) {
        if (token == settings_.padding || token == settings_.begin) {
          continue;
        }
        const auto at = static_cast<std::size_t>(parent * vocabulary + token);
        const Candidate candidate{before + log_probabilities[at], parent, token};
        // Sorted; most tokens are worse than the worst kept one.
        if (best.size() == most && !is_before(candidate, best.back())) {
          continue;
        }
        best.insert(std::upper_bound(best.begin(), best.end(), candidate, is_before), candidate);
        if (best.size() > most) {
          best.pop_back();
        }
      }
    }
    return best;
  }

  void finish(const Tokens& tokens, double log_probability, std::int64_t length) {
    const double penalty =
        std::pow((5 + static_cast<double>(length)) / 6, settings_.length_penalty);
    const double score = log_probability / penalty;
    if (finished_ == 0 || score > best_score_) {
      best_score_ = score;
      best_ = tokens;
    }
    ++finished_;
  }

  const BeamSettings settings_;
  const std::int64_t most_;
  std::vector<Hypothesis> living_{1};
  std::vector<std::int64_t> parents_;
  std::int64_t length_ = 0;
  std::int64_t finished_ = 0;
  double best_score_ = 0;
  Tokens best_;
};

}  // namespace

std::vector<Tokens> beam_search(const BeamSettings& settings,
                                std::span<const std::int64_t> most_tokens,
                                NextTokens& model) {
  std::vector<Search> searches;
  std::vector<Continuation> hypotheses;
  for (const std::int64_t most : most_tokens) {
    MURMUR_CHECK(most >= 1, "at most {} tokens", most);
    const auto sentence = static_cast<std::int32_t>(searches.size());
    hypotheses.push_back({sentence, sentence, settings.begin});
    searches.emplace_back(settings, most);
  }
  const std::int64_t vocabulary = model.vocabulary();
  while (!hypotheses.empty()) {
    const std::span<const double> all = model.after(hypotheses);
    std::vector<Continuation> next;
    std::int32_t row = 0;
    for (std::size_t i = 0; i < searches.size(); ++i) {
      Search& search = searches[i];
      if (search.is_done()) {
        continue;
      }
      const auto rows = static_cast<std::int32_t>(search.living().size());
      search.advance(all.subspan(static_cast<std::size_t>(row * vocabulary),
                                 static_cast<std::size_t>(rows * vocabulary)),
                     vocabulary);
      for (std::size_t k = 0; k < search.living().size(); ++k) {
        next.push_back({static_cast<std::int32_t>(i),
                        row + static_cast<std::int32_t>(search.parents()[k]),
                        search.living()[k].tokens.back()});
      }
      row += rows;
    }
    hypotheses = std::move(next);
  }
  std::vector<Tokens> best;
  for (const Search& search : searches) {
    best.push_back(search.best());
  }
  return best;
}

}  // namespace murmur::learning
