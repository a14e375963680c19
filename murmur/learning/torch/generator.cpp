// SPDX-License-Identifier: Apache-2.0
#include "murmur/learning/generator.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <murmur/torch/module_rows.h>

#include "murmur/learning/torch.h"
#include "murmur/learning/torch/autocast.h"
#include "murmur/learning/torch/models/sequence_module.h"
#include "murmur/learning/torch/tokens.h"

namespace murmur::learning {
namespace {

using Tokens = std::vector<std::int32_t>;
using Prompts = std::span<const Tokens>;

// One of the numbers of each continuation, as a tensor.
at::Tensor member(std::span<const Continuation> all, std::int32_t Continuation::*which) {
  Tokens values;
  for (const Continuation& one : all) {
    values.push_back(one.*which);
  }
  return integers_of(values, {static_cast<std::int64_t>(values.size())});
}

// A model of which parameters are bound, in evaluation.
class BoundTokens : public NextTokens {
 public:
  BoundTokens(std::shared_ptr<SequenceModule> module, const models::Network& network)
      : module_(std::move(module)), bf16_(network.bf16), vocabulary_(network.vocabulary) {}

  std::int64_t vocabulary() const override { return vocabulary_; }

  std::span<const double> after(std::span<const Continuation> hypotheses) override {
    const c10::AutoGradMode mode(false);
    try {
      const Autocast autocast(bf16_);
      rows_ = at::log_softmax(scores(hypotheses).to(at::kDouble), 1).contiguous();
    } catch (const c10::Error& error) {
      throw std::runtime_error(std::string("torch cannot compute the model: ") +
                               error.what_without_backtrace());
    }
    return {rows_.data_ptr<double>(), static_cast<std::size_t>(rows_.numel())};
  }

 protected:
  // hypotheses x vocabulary.
  virtual at::Tensor scores(std::span<const Continuation> hypotheses) = 0;

  SequenceModule& module() { return *module_; }

 private:
  std::shared_ptr<SequenceModule> module_;
  bool bf16_;
  std::int64_t vocabulary_;
  at::Tensor rows_;
};

class OfPairs : public BoundTokens {
 public:
  OfPairs(std::shared_ptr<SequenceModule> module, const models::Network& network, Prompts prompts)
      : BoundTokens(std::move(module), network) {
    std::size_t longest = 0;
    for (const Tokens& prompt : prompts) {
      longest = std::max(longest, prompt.size());
    }
    Tokens all;
    Tokens lengths;
    for (const Tokens& prompt : prompts) {
      all.insert(all.end(), prompt.begin(), prompt.end());
      all.resize(all.size() + longest - prompt.size(), 0);
      lengths.push_back(static_cast<std::int32_t>(prompt.size()));
    }
    const auto count = static_cast<std::int64_t>(prompts.size());
    const auto places = static_cast<std::int64_t>(longest);
    const at::Tensor ends = integers_of(lengths, {count, 1});
    sources_ = integers_of(all, {count, places});
    padding_ = at::arange(places, ends.options()).ge(ends);
  }

 private:
  at::Tensor scores(std::span<const Continuation> hypotheses) override {
    if (decoder_ == nullptr) {
      decoder_ = module().decode(sources_, padding_);
    }
    return decoder_->next(member(hypotheses, &Continuation::sentence),
                          member(hypotheses, &Continuation::parent),
                          member(hypotheses, &Continuation::token));
  }

  at::Tensor sources_, padding_;
  std::unique_ptr<StepDecoder> decoder_;
};

class OfTexts : public BoundTokens {
 public:
  OfTexts(std::shared_ptr<SequenceModule> module, const models::Network& network, Prompts prompts)
      : BoundTokens(std::move(module), network),
        longest_(static_cast<std::size_t>(network.longest)) {
    for (const Tokens& prompt : prompts) {
      texts_.emplace_back(prompt.begin(), prompt.end() - 1);
    }
  }

 private:
  at::Tensor scores(std::span<const Continuation> hypotheses) override {
    std::vector<Tokens> next;
    std::vector<at::Tensor> last;
    for (const Continuation& one : hypotheses) {
      next.push_back(texts_[static_cast<std::size_t>(one.parent)]);
      Tokens& text = next.back();
      text.push_back(one.token);
      text.erase(text.begin(),
                 text.end() - static_cast<std::ptrdiff_t>(std::min(text.size(), longest_)));
      const at::Tensor tokens = integers_of(text, {1, static_cast<std::int64_t>(text.size())});
      last.push_back(module().forward(tokens).select(1, -1));
    }
    texts_ = std::move(next);
    return at::cat(last, 0);
  }

  const std::size_t longest_;
  std::vector<Tokens> texts_;
};

template <class S>
class TorchGenerator : public Generator<S> {
 public:
  TorchGenerator(const models::Network& network, bool of_pairs)
      : network_(network), of_pairs_(of_pairs), module_(make_sequence_module(network)) {
    const Layout layout = models::layout(network, sizeof(S));
    std::vector<Parameter> places;
    for (const TensorSlot& slot : layout.tensors()) {
      places.push_back({slot.name, slot.shape, slot.offset, slot.size});
    }
    rows_ = std::make_unique<ModuleRows<S>>(module_, places, std::vector<Parameter>());
  }

  NextTokens& start(const S* x, Prompts prompts) override {
    rows_->bind(x, nullptr, false);
    if (of_pairs_) {
      current_ = std::make_unique<OfPairs>(module_, network_, prompts);
    } else {
      current_ = std::make_unique<OfTexts>(module_, network_, prompts);
    }
    return *current_;
  }

 private:
  const models::Network network_;
  const bool of_pairs_;
  const std::shared_ptr<SequenceModule> module_;
  std::unique_ptr<ModuleRows<S>> rows_;
  std::unique_ptr<BoundTokens> current_;
};

}  // namespace

template <class S>
std::unique_ptr<Generator<S>> make_torch_generator(const models::Network& network,
                                                   data::Task task) {
  return std::make_unique<TorchGenerator<S>>(network, task == data::Task::kTranslation);
}

template std::unique_ptr<Generator<float>> make_torch_generator<float>(const models::Network&,
                                                                       data::Task);
template std::unique_ptr<Generator<double>> make_torch_generator<double>(const models::Network&,
                                                                         data::Task);

}  // namespace murmur::learning
