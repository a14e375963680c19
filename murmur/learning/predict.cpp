// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/predict.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "murmur/data/source.h"
#include "murmur/learning/compiled/executor.h"
#include "murmur/learning/executor.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/loss.h"
#include "murmur/learning/matmul.h"

namespace murmur::learning {
namespace {

constexpr std::int64_t kTogether = 64;  // examples

template <class S>
Result<std::unique_ptr<Executor<S>>> executor_of(const models::Network& network,
                                                 const Objective& objective,
                                                 const std::string& matmul) {
  if (network.compiled != nullptr) {
    auto step = CompiledStep::open(*network.compiled);
    if (!step) {
      return step.failure();
    }
    return make_compiled_executor<S>(std::move(step).value(), objective);
  }
  if (network.has_body) {
    if (const Status loaded = load_torch(); !loaded) {
      return loaded.failure();
    }
  }
  const Result<Matmul<S>> product = find_matmul<S>(matmul);
  if (!product) {
    return product.failure();
  }
  return make_executor<S>(
      network, models::layout(network, sizeof(S)), objective, kTogether, product.value());
}

}  // namespace

template <class S>
Result<std::vector<std::vector<double>>> outputs_of(const models::Network& network,
                                                    std::shared_ptr<const data::Dataset> dataset,
                                                    const problems::Model<S>& model,
                                                    const std::string& matmul) {
  const auto executor = executor_of<S>(network, Objective{.task = dataset->task}, matmul);
  if (!executor) {
    return executor.failure();
  }
  compute_alone();
  const std::int64_t together =
      network.compiled != nullptr ? network.compiled->examples() : kTogether;
  const auto source = data::make_source<S>(std::move(dataset), data::Part::kTest);
  std::vector<std::vector<double>> all;
  for (std::int64_t begin = 0; begin < source->count(); begin += together) {
    std::vector<std::int32_t> which(
        static_cast<std::size_t>(std::min(together, source->count() - begin)));
    std::iota(which.begin(), which.end(), static_cast<std::int32_t>(begin));
    executor.value()->score({.source = source.get(), .which = which, .draws = nullptr}, model);
    const std::span<const S> outputs = executor.value()->outputs();
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
