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

// What a model predicts: examples x places.
struct Predicted {
  at::Tensor targets;
  std::int64_t count = 0;  // of targets that are tokens
};

// The tokens of a column from `first` on in each row; what is behind the end of a row is ignored.
template <class S>
Predicted predicted(const data::BatchColumn<S>& column, std::int64_t first) {
  const auto examples = static_cast<std::int64_t>(column.lengths.size());
  const std::int64_t places = column.shape.front() - first;
  Predicted all{.targets = tokens_of(column).narrow(1, first, places).contiguous()};
  auto* const targets = all.targets.data_ptr<std::int64_t>();
  for (std::int64_t i = 0; i < examples; ++i) {
    const std::int64_t own = column.lengths[static_cast<std::size_t>(i)] - first;
    std::fill(targets + i * places + own, targets + (i + 1) * places, kIgnored);
    all.count += own;
  }
  return all;
}

template <class S>
class TorchSequence : public Sequence<S> {
 public:
  TorchSequence(const models::Network& network, const Objective& objective)
      : objective_(objective),
        pairs_(objective.task == data::Task::kTranslation),
        bf16_(network.bf16),
        module_(make_sequence_module(network)) {
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
      return pairs_ ? score(scores_of_pairs(*pass.batch), pass.batch->column(data::kTargets), 0)
                    : score(scores_of_windows(*pass.batch), pass.batch->column(data::kInputs), 1);
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
  // `predicted_first`: the place of the first token of a row that is predicted.
  problems::Score score(const at::Tensor& scores,
                        const data::BatchColumn<S>& column,
                        std::int64_t predicted_first) {
    const Predicted next = predicted(column, predicted_first);
    const at::Tensor rows = scores.reshape({-1, scores.size(2)});
    const at::Tensor targets = next.targets.view({-1});
    const double smoothing = objective_.label_smoothing;
    const auto count = static_cast<double>(next.count);
    double loss = 0;
    if (gradient_ != nullptr) {
      loss_ = at::cross_entropy_loss(rows, targets, {}, at::Reduction::Mean, kIgnored, smoothing);
      loss = objective_sum_ = loss_.template item<double>() * count;
    } else {
      loss = sum(rows, targets, 0);
      objective_sum_ = smoothing > 0 ? sum(rows, targets, smoothing) : loss;
    }
    problems::Score score{{{problems::kLoss, loss, next.count}}};
    if (!pairs_) {
      score.sums.push_back({problems::kTokenLoss, loss, next.count});
    }
    return score;
  }

  at::Tensor scores_of_windows(const data::Batch<S>& batch) {
    const Autocast autocast(bf16_);
    const at::Tensor tokens = tokens_of(batch.column(data::kInputs));
    return module_->forward(tokens.narrow(1, 0, tokens.size(1) - 1))
        .to(c10::CppTypeToScalarType<S>::value);
  }

  at::Tensor scores_of_pairs(const data::Batch<S>& batch) {
    const Autocast autocast(bf16_);
    const data::BatchColumn<S>& sources = batch.column(data::kInputs);
    return module_
        ->forward_pairs({.sources = tokens_of(sources),
                         .padding = padding_of(sources),
                         .inputs = tokens_of(batch.column(data::kDecoderInputs))})
        .to(c10::CppTypeToScalarType<S>::value);
  }

  // Of the losses of all targets, added in double.
  static double sum(const at::Tensor& rows, const at::Tensor& targets, double smoothing) {
    return at::cross_entropy_loss(rows, targets, {}, at::Reduction::None, kIgnored, smoothing)
        .sum(at::kDouble)
        .template item<double>();
  }

  const Objective objective_;
  const bool pairs_;
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
