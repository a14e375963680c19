// SPDX-License-Identifier: Apache-2.0
#include "murmur/topology/registration.h"

#include <utility>

#include "murmur/core/check.h"

namespace murmur::topology {
namespace {

class Sequential final : public Topology {
 public:
  explicit Sequential(std::vector<MixingMatrix> matrices) : matrices_(std::move(matrices)) {}

  int workers() const override { return matrices_.front().workers(); }
  std::int64_t period() const override { return static_cast<std::int64_t>(matrices_.size()); }
  MixingMatrix at(std::int64_t step) const override {
    MURMUR_CHECK(step >= 0, "step {}", step);
    return matrices_[static_cast<std::size_t>(step) % matrices_.size()];
  }

 private:
  std::vector<MixingMatrix> matrices_;
};

// Computes weights as the options of a request say.
struct Weigher {
  Weighting weighting;
  bool is_lazy;

  explicit Weigher(const OptionValues& options)
      : weighting(weighting_of(options.text("weighting"))), is_lazy(options.flag("lazy")) {}

  MixingMatrix operator()(const Graph& graph) const {
    MixingMatrix matrix = weigh(graph, weighting);
    return is_lazy ? lazy(matrix) : matrix;
  }
};

// Computes the weights of a step on request, so that a period of many large graphs takes no memory.
class Varying final : public Topology {
 public:
  Varying(const Request& request, std::int64_t period, Graphs graphs)
      : workers_(request.workers),
        period_(period),
        weigher_(request.options),
        graphs_(std::move(graphs)) {}

  int workers() const override { return workers_; }
  std::int64_t period() const override { return period_; }
  MixingMatrix at(std::int64_t step) const override {
    MURMUR_CHECK(step >= 0, "step {}", step);
    return weigher_(graphs_(step));
  }

 private:
  int workers_;
  std::int64_t period_;
  Weigher weigher_;
  Graphs graphs_;
};

std::vector<OptionInfo> joined(std::vector<OptionInfo> common, std::vector<OptionInfo> own) {
  for (OptionInfo& info : own) {
    common.push_back(std::move(info));
  }
  return common;
}

}  // namespace

OptionInfo lazy_option() {
  return {.name = "lazy", .help = "(I + W) / 2 in place of W", .fallback = false};
}

OptionInfo first_hop_option() {
  return {.name = "first_hop",
          .help = "place in the cycle of hops at step 0; the published quasi-global code has 1",
          .fallback = std::int64_t{0},
          .bounds = kIndex};
}

std::vector<OptionInfo> undirected_options(std::vector<OptionInfo> own) {
  return joined({weighting_option({Weighting::kMetropolis,
                                   Weighting::kUniform,
                                   Weighting::kMaxDegree,
                                   Weighting::kOutDegree}),
                 lazy_option()},
                std::move(own));
}

std::vector<OptionInfo> directed_options(std::vector<OptionInfo> own) {
  return joined(
      {weighting_option({Weighting::kUniform, Weighting::kMaxDegree, Weighting::kOutDegree}),
       lazy_option()},
      std::move(own));
}

std::shared_ptr<const Topology> constant(const Request& request, const Graph& graph) {
  return periodic({Weigher(request.options)(graph)});
}

std::shared_ptr<const Topology> varying(const Request& request,
                                        std::int64_t period,
                                        Graphs graphs) {
  if (period == 1) {
    return constant(request, graphs(0));
  }
  return std::make_shared<Varying>(request, period, std::move(graphs));
}

std::shared_ptr<const Topology> periodic(std::vector<MixingMatrix> matrices) {
  MURMUR_CHECK(!matrices.empty(), "no matrix to take in turn");
  return std::make_shared<Sequential>(std::move(matrices));
}

Failure invalid(std::string message) {
  return {FailureKind::kInvalid, std::move(message)};
}

}  // namespace murmur::topology
