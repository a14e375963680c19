// SPDX-License-Identifier: Apache-2.0
// A model of sequences computed and differentiated by torch.
#include "murmur/learning/sequence.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <murmur/torch/module_rows.h>

#include "murmur/data/column.h"
#include "murmur/learning/torch.h"
#include "murmur/learning/torch/autocast.h"
#include "murmur/learning/torch/models/sequence_module.h"
#include "murmur/learning/torch/tokens.h"
#include "murmur/problems/token_loss.h"

namespace murmur::learning {
namespace {

constexpr std::int64_t kIgnored = -100;  // a target that is none

// What a language model gets of windows, and what it predicts: examples x (longest - 1).
struct NextTokens {
  at::Tensor inputs;
  at::Tensor targets;
  std::int64_t count = 0;  // of targets that are tokens
};

template <class S>
NextTokens next_tokens(const data::BatchColumn<S>& windows) {
  const auto examples = static_cast<std::int64_t>(windows.lengths.size());
  const std::int64_t longest = windows.shape.front();
  const at::Tensor tokens = tokens_of(windows);
  NextTokens next{.inputs = tokens.narrow(1, 0, longest - 1),
                  .targets = tokens.narrow(1, 1, longest - 1).contiguous()};
  auto* const targets = next.targets.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < examples; ++i) {
    const std::int64_t own = windows.lengths[static_cast<std::size_t>(i)] - 1;
    std::fill(targets + i * (longest - 1) + own, targets + (i + 1) * (longest - 1), kIgnored);
    next.count += own;
  }
  return next;
}

template <class S>
class TorchSequence : public Sequence<S> {
 public:
  TorchSequence(const models::Network& network, const Objective& objective)
      : objective_(objective), bf16_(network.bf16), module_(make_sequence_module(network)) {
    const Layout layout = models::layout(network, sizeof(S));
    std::vector<Parameter> places;
    for (const TensorSlot& slot : layout.tensors()) {
      places.push_back({slot.name, slot.shape, slot.offset, slot.size});
      ranges_.push_back({slot.offset, layout.row_size()});
      if (ranges_.size() > 1) {
        ranges_[ranges_.size() - 2].end = slot.offset;
      }
    }
    rows_ = std::make_unique<ModuleRows<S>>(module_, places, std::vector<Parameter>());
  }

  problems::Score forward(const SequencePass<S>& pass) override {
    const bool trains = pass.gradient != nullptr;
    const c10::AutoGradMode mode(trains);
    rows_->bind(pass.x, nullptr, trains);
    module_->dropout = pass.dropout;
    gradient_ = pass.gradient;
    try {
      return score(next_tokens(pass.batch->column(data::kInputs)), trains);
    } catch (const c10::Error& error) {
      throw std::runtime_error(std::string("torch cannot compute the model: ") +
                               error.what_without_backtrace());
    }
  }

  double objective_sum() const override { return objective_sum_; }

  void backward(double factor, const LayerReady& ready) override {
    rows_->backward(
        loss_, at::scalar_tensor(factor, loss_.options()), gradient_, [&](std::size_t parameter) {
          ready(ranges_[parameter]);
        });
    loss_ = at::Tensor();
  }

 private:
  problems::Score score(const NextTokens& next, bool trains) {
    const at::Tensor scores = scores_of(next.inputs);
    const at::Tensor rows = scores.reshape({-1, scores.size(2)});
    const at::Tensor targets = next.targets.view({-1});
    const double smoothing = objective_.label_smoothing;
    const auto count = static_cast<double>(next.count);
    if (trains) {
      loss_ = at::cross_entropy_loss(rows, targets, {}, at::Reduction::Mean, kIgnored, smoothing);
      objective_sum_ = loss_.template item<double>() * count;
    } else {
      const double plain = sum(rows, targets, 0);
      objective_sum_ = smoothing > 0 ? sum(rows, targets, smoothing) : plain;
      return {{{problems::kLoss, plain, next.count}, {problems::kTokenLoss, plain, next.count}}};
    }
    return {{{problems::kLoss, objective_sum_, next.count},
             {problems::kTokenLoss, objective_sum_, next.count}}};
  }

  at::Tensor scores_of(const at::Tensor& inputs) {
    const Autocast autocast(bf16_);
    return module_->forward(inputs).to(c10::CppTypeToScalarType<S>::value);
  }

  // Of the losses of all targets, added in double.
  static double sum(const at::Tensor& rows, const at::Tensor& targets, double smoothing) {
    return at::cross_entropy_loss(rows, targets, {}, at::Reduction::None, kIgnored, smoothing)
        .sum(at::kDouble)
        .template item<double>();
  }

  const Objective objective_;
  const bool bf16_;
  std::vector<CoordinateRange> ranges_;  // of the parameters, with padding
  std::shared_ptr<SequenceModule> module_;
  std::unique_ptr<ModuleRows<S>> rows_;

  // Of the last forward().
  at::Tensor loss_;
  double objective_sum_ = 0;
  S* gradient_ = nullptr;
};

}  // namespace

template <class S>
std::unique_ptr<Sequence<S>> make_torch_sequence(const models::Network& network,
                                                 const Objective& objective) {
  return std::make_unique<TorchSequence<S>>(network, objective);
}

template std::unique_ptr<Sequence<float>> make_torch_sequence<float>(const models::Network&,
                                                                     const Objective&);
template std::unique_ptr<Sequence<double>> make_torch_sequence<double>(const models::Network&,
                                                                       const Objective&);

}  // namespace murmur::learning
