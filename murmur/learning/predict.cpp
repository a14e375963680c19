// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/predict.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "murmur/data/source.h"
#include "murmur/learning/executor.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/loss.h"
#include "murmur/learning/matmul.h"

namespace murmur::learning {
namespace {

constexpr std::int64_t kTogether = 64;  // examples

}  // namespace

template <class S>
Result<std::vector<std::vector<double>>> outputs_of(const models::Network& network,
                                                    std::shared_ptr<const data::Dataset> dataset,
                                                    const problems::Model<S>& model,
                                                    const std::string& matmul) {
  if (network.has_body) {
    if (const Status loaded = load_torch(); !loaded) {
      return loaded.failure();
    }
  }
  const Result<Matmul<S>> product = find_matmul<S>(matmul);
  if (!product) {
    return product.failure();
  }
  compute_alone();
  const Layout layout = models::layout(network, sizeof(S));
  const auto executor = make_executor<S>(
      network, layout, Objective{.task = dataset->task}, kTogether, product.value());
  const auto source = data::make_source<S>(std::move(dataset), data::Part::kTest);
  std::vector<std::vector<double>> all;
  for (std::int64_t begin = 0; begin < source->count(); begin += kTogether) {
    std::vector<std::int32_t> which(
        static_cast<std::size_t>(std::min(kTogether, source->count() - begin)));
    std::iota(which.begin(), which.end(), static_cast<std::int32_t>(begin));
    executor->score({.source = source.get(), .which = which, .draws = nullptr}, model);
    const std::span<const S> outputs = executor->outputs();
    for (std::size_t i = 0; i < which.size(); ++i) {
      std::vector<double> own;
      for (std::size_t k = i; k < outputs.size(); k += which.size()) {
        own.push_back(static_cast<double>(outputs[k]));
      }
      all.push_back(std::move(own));
    }
  }
  return all;
}

template Result<std::vector<std::vector<double>>> outputs_of(const models::Network&,
                                                             std::shared_ptr<const data::Dataset>,
                                                             const problems::Model<float>&,
                                                             const std::string&);
template Result<std::vector<std::vector<double>>> outputs_of(const models::Network&,
                                                             std::shared_ptr<const data::Dataset>,
                                                             const problems::Model<double>&,
                                                             const std::string&);
}  // namespace murmur::learning
