// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/translation/continue_text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "murmur/core/host_program.h"
#include "murmur/core/random.h"
#include "murmur/learning/matmul.h"

namespace murmur::learning {

std::vector<double> probabilities_of(std::span<const double> scores) {
  const double largest = *std::max_element(scores.begin(), scores.end());
  std::vector<double> all;
  for (const double score : scores) {
    all.push_back(std::exp(score - largest));
  }
  const double sum = std::accumulate(all.begin(), all.end(), 0.0);
  for (double& each : all) {
    each /= sum;
  }
  return all;
}

// A token is drawn as the largest of log p / temperature + g, g from Gumbel's distribution.
template <class S>
std::vector<std::int32_t> continue_text(const std::vector<std::int32_t>& text,
                                        const ContinueSettings& settings,
                                        const S* x,
                                        Generator<S>& generator) {
  const FlushDenormals guard;
  compute_alone();
  NextTokens& model = generator.start(x, std::span(&text, 1));
  std::vector<std::int32_t> tokens;
  Continuation last{.token = text.back()};
  for (std::int64_t step = 0; step < settings.tokens; ++step) {
    const std::span<const double> log_probabilities = model.after(std::span(&last, 1));
    const Random draws(settings.seed, Stream::kNoise, settings.number, step);
    double best = -std::numeric_limits<double>::infinity();
    for (std::size_t token = 0; token < log_probabilities.size(); ++token) {
      double value = log_probabilities[token];
      if (settings.temperature) {
        const double uniform = 1 - draws.uniform(token);  // in (0, 1]
        value = value / *settings.temperature - std::log(-std::log(uniform));
      }
      if (value > best) {
        best = value;
        last.token = static_cast<std::int32_t>(token);
      }
    }
    tokens.push_back(last.token);
  }
  return tokens;
}

template std::vector<std::int32_t> continue_text(const std::vector<std::int32_t>&,
                                                 const ContinueSettings&,
                                                 const float*,
                                                 Generator<float>&);
template std::vector<std::int32_t> continue_text(const std::vector<std::int32_t>&,
                                                 const ContinueSettings&,
                                                 const double*,
                                                 Generator<double>&);

}  // namespace murmur::learning
