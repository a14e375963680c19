// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/translation/translator.h"

#include <algorithm>
#include <numeric>

#include "murmur/core/host_program.h"
#include "murmur/data/column.h"
#include "murmur/learning/matmul.h"
#include "murmur/learning/torch.h"

namespace murmur::learning {
namespace {

constexpr std::size_t kTogether = 32;  // sources

using Tokens = std::vector<std::int32_t>;

}  // namespace

template <class S>
Translator<S>::Translator(const models::Network& network,
                          std::shared_ptr<const data::Vocabulary> vocabulary,
                          const BeamSettings& settings,
                          int threads)
    : vocabulary_(std::move(vocabulary)), settings_(settings) {
  for (int thread = 0; thread < threads; ++thread) {
    generators_.push_back(make_torch_generator<S>(network, data::Task::kTranslation));
  }
}

// Sources of similar length are translated together.
template <class S>
std::vector<std::string> Translator<S>::translate(const S* x,
                                                  const std::vector<Tokens>& sources,
                                                  const RunParts& run) {
  std::vector<std::size_t> order(sources.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return sources[a].size() < sources[b].size();
  });
  std::vector<std::string> translations(sources.size());
  run((sources.size() + kTogether - 1) / kTogether, [&](std::size_t part, int thread) {
    const FlushDenormals guard;
    compute_alone();
    const std::size_t begin = part * kTogether;
    const std::size_t end = std::min(begin + kTogether, sources.size());
    std::vector<Tokens> own;
    std::vector<std::int64_t> most;
    for (std::size_t i = begin; i < end; ++i) {
      own.push_back(sources[order[i]]);
      most.push_back(most_tokens(std::ssize(own.back())));
    }
    NextTokens& model = generators_[static_cast<std::size_t>(thread)]->start(x, own);
    const std::vector<Tokens> found = beam_search(settings_, most, model);
    for (std::size_t i = begin; i < end; ++i) {
      translations[order[i]] = vocabulary_->decode(found[i - begin]);
    }
  });
  return translations;
}

std::vector<Tokens> test_sources(const data::Dataset& dataset, std::int64_t examples) {
  const data::Column& column = dataset.test.column(data::kInputs);
  const std::int64_t all = column.rows();
  std::vector<Tokens> sources;
  for (std::int64_t i = 0; i < (examples > 0 ? std::min(examples, all) : all); ++i) {
    const auto row = column.row<std::int32_t>(i);
    sources.emplace_back(row.begin(), row.end());
  }
  return sources;
}

template class Translator<float>;
template class Translator<double>;

}  // namespace murmur::learning
