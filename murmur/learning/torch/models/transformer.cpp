// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/transformer.h"

#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "murmur/learning/torch/models/layers.h"
#include "murmur/learning/torch/models/sequence_module.h"

namespace murmur::learning {
namespace {

constexpr double kEpsilon = 1e-5;
constexpr std::int64_t kPaddingRow = 0;

// What queries attend to.
struct Attended {
  at::Tensor keys;
  at::Tensor values;
  at::Tensor hidden;  // as in AttentionInputs
};

// torch.nn.MultiheadAttention: the rows of in_proj are those of queries, keys and values.
struct MultiheadAttention : torch::nn::Module {
  explicit MultiheadAttention(const models::Transformer& sizes)
      : in_proj_weight(
            register_parameter("in_proj_weight", at::empty({3 * sizes.width, sizes.width}))),
        in_proj_bias(register_parameter("in_proj_bias", at::empty({3 * sizes.width}))),
        out_proj(
            register_module("out_proj", std::make_shared<LinearLayer>(sizes.width, sizes.width))),
        heads(sizes.heads) {}

  // Queries, keys, values: `count` of them from the first one on.
  std::vector<at::Tensor> project(const at::Tensor& x,
                                  std::int64_t first,
                                  std::int64_t count) const {
    const std::int64_t width = x.size(-1);
    const at::Tensor weight = in_proj_weight.narrow(0, first * width, count * width);
    const at::Tensor bias = in_proj_bias.narrow(0, first * width, count * width);
    return at::linear(x, weight, bias).chunk(count, 2);
  }

  Attended attended(const at::Tensor& x, const at::Tensor& hidden) const {
    auto parts = project(x, 1, 2);
    return {.keys = std::move(parts[0]), .values = std::move(parts[1]), .hidden = hidden};
  }

  at::Tensor mix(const at::Tensor& queries, const Attended& to, Dropout& dropout) const {
    return out_proj->forward(
        attend({.queries = queries, .keys = to.keys, .values = to.values, .hidden = to.hidden},
               heads,
               dropout));
  }

  at::Tensor to_itself(const at::Tensor& x, const at::Tensor& hidden, Dropout& dropout) const {
    const auto parts = project(x, 0, 3);
    return mix(parts[0], {.keys = parts[1], .values = parts[2], .hidden = hidden}, dropout);
  }

  at::Tensor to_other(const at::Tensor& x, const Attended& other, Dropout& dropout) const {
    return mix(project(x, 0, 1)[0], other, dropout);
  }

  at::Tensor in_proj_weight, in_proj_bias;
  std::shared_ptr<LinearLayer> out_proj;
  std::int64_t heads;
};

// torch.nn.TransformerEncoderLayer, or TransformerDecoderLayer.
struct Layer : torch::nn::Module {
  Layer(const models::Transformer& own_sizes, bool has_source) : sizes(own_sizes) {
    self_attn = register_module("self_attn", std::make_shared<MultiheadAttention>(sizes));
    if (has_source) {
      multihead_attn =
          register_module("multihead_attn", std::make_shared<MultiheadAttention>(sizes));
    }
    linear1 =
        register_module("linear1", std::make_shared<LinearLayer>(sizes.width, sizes.feedforward));
    linear2 =
        register_module("linear2", std::make_shared<LinearLayer>(sizes.feedforward, sizes.width));
    for (int i = 1; i <= (has_source ? 3 : 2); ++i) {
      norms.push_back(register_module("norm" + std::to_string(i),
                                      std::make_shared<LayerNorm>(sizes.width, kEpsilon)));
    }
  }

  template <class F>
  at::Tensor around(const LayerNorm& norm, const at::Tensor& x, const F& f) const {
    return sizes.norm_first ? x + f(norm.forward(x)) : norm.forward(x + f(x));
  }

  at::Tensor feedforward(const at::Tensor& x, Dropout& dropout) const {
    return around(*norms.back(), x, [&](const at::Tensor& y) {
      const at::Tensor inner = linear1->forward(y);
      const at::Tensor active = sizes.activation == "gelu" ? at::gelu(inner) : at::relu(inner);
      return dropout(linear2->forward(dropout(active)));
    });
  }

  at::Tensor encode(const at::Tensor& x, const at::Tensor& hidden, Dropout& dropout) const {
    const at::Tensor mixed = around(*norms[0], x, [&](const at::Tensor& y) {
      return dropout(self_attn->to_itself(y, hidden, dropout));
    });
    return feedforward(mixed, dropout);
  }

  at::Tensor decode(const at::Tensor& x,
                    const at::Tensor& hidden,
                    const Attended& source,
                    Dropout& dropout) const {
    const at::Tensor mixed = around(*norms[0], x, [&](const at::Tensor& y) {
      return dropout(self_attn->to_itself(y, hidden, dropout));
    });
    return after_itself(mixed, source, dropout);
  }

  // One place more, after those in `before`, to which it is added.
  at::Tensor decode_next(const at::Tensor& x, Attended& before, const Attended& source) const {
    Dropout none(0, nullptr);
    const at::Tensor mixed = around(*norms[0], x, [&](const at::Tensor& y) {
      const auto parts = self_attn->project(y, 0, 3);
      before.keys = before.keys.defined() ? at::cat({before.keys, parts[1]}, 1) : parts[1];
      before.values = before.values.defined() ? at::cat({before.values, parts[2]}, 1) : parts[2];
      return self_attn->mix(parts[0], before, none);
    });
    return after_itself(mixed, source, none);
  }

  at::Tensor after_itself(const at::Tensor& x, const Attended& source, Dropout& dropout) const {
    const at::Tensor mixed = around(*norms[1], x, [&](const at::Tensor& y) {
      return dropout(multihead_attn->to_other(y, source, dropout));
    });
    return feedforward(mixed, dropout);
  }

  models::Transformer sizes;
  std::shared_ptr<MultiheadAttention> self_attn, multihead_attn;  // the second of decoders alone
  std::shared_ptr<LinearLayer> linear1, linear2;
  std::vector<std::shared_ptr<LayerNorm>> norms;
};

struct Stack : torch::nn::Module {
  Stack(const models::Transformer& sizes, bool has_source) {
    for (std::int64_t i = 0; i < sizes.layers; ++i) {
      layers.push_back(place_at<Layer>(*this, "layers." + std::to_string(i), sizes, has_source));
    }
    norm = register_module("norm", std::make_shared<LayerNorm>(sizes.width, kEpsilon));
  }

  std::vector<std::shared_ptr<Layer>> layers;
  std::shared_ptr<LayerNorm> norm;
};

// PE of `count` places from the first one on: count x width.
at::Tensor sines(std::int64_t first, std::int64_t count, std::int64_t width) {
  const auto options = at::TensorOptions().dtype(at::kDouble);
  const at::Tensor places = at::arange(first, first + count, options).unsqueeze(1);
  const at::Tensor powers = at::arange(0, width, 2, options).div(static_cast<double>(width));
  const at::Tensor angles = places / at::pow(at::scalar_tensor(10000.0, options), powers);
  return at::stack({at::sin(angles), at::cos(angles)}, 2).flatten(1).narrow(1, 0, width);
}

at::Tensor as_hidden(const at::Tensor& padding) {
  return padding.view({padding.size(0), 1, 1, padding.size(1)});
}

struct Translator : SequenceModule {
  explicit Translator(const models::Network& network)
      : Translator(models::read_transformer(network.options), network.vocabulary) {}

  Translator(const models::Transformer& own_sizes, std::int64_t vocabulary) : sizes(own_sizes) {
    embedding = register_module("embedding",
                                std::make_shared<Embedding>(vocabulary, sizes.width, kPaddingRow));
    encoder = place_at<Stack>(*this, "transformer.encoder", sizes, false);
    decoder = place_at<Stack>(*this, "transformer.decoder", sizes, true);
    if (!sizes.tied) {
      output = register_module("output", std::make_shared<Embedding>(vocabulary, sizes.width));
    }
  }

  at::Tensor embed(const at::Tensor& tokens, std::int64_t first_place) const {
    const at::Tensor words = embedding->forward(tokens);
    return words * std::sqrt(static_cast<double>(sizes.width)) +
           sines(first_place, tokens.size(1), sizes.width).to(words.scalar_type());
  }

  at::Tensor encode(const at::Tensor& sources, const at::Tensor& hidden, Dropout& drops) const {
    at::Tensor x = drops(embed(sources, 0));
    for (const auto& layer : encoder->layers) {
      x = layer->encode(x, hidden, drops);
    }
    return encoder->norm->forward(x);
  }

  at::Tensor scores(const at::Tensor& x) const {
    return at::linear(decoder->norm->forward(x), sizes.tied ? embedding->weight : output->weight);
  }

  at::Tensor forward_pairs(const PairTokens& pairs) override {
    Dropout drops(sizes.dropout, dropout);
    const at::Tensor hidden = as_hidden(pairs.padding);
    const at::Tensor source = encode(pairs.sources, hidden, drops);
    const at::Tensor later = later_places(pairs.inputs.size(1), pairs.inputs.options());
    at::Tensor x = drops(embed(pairs.inputs, 0));
    for (const auto& layer : decoder->layers) {
      x = layer->decode(x, later, layer->multihead_attn->attended(source, hidden), drops);
    }
    return scores(x);
  }

  std::unique_ptr<StepDecoder> decode(const at::Tensor& sources,
                                      const at::Tensor& padding) override;

  models::Transformer sizes;
  std::shared_ptr<Embedding> embedding;
  std::shared_ptr<Stack> encoder, decoder;
  std::shared_ptr<Embedding> output;
};

// Keeps the keys and values of the places before.
class CachedDecoder : public StepDecoder {
 public:
  CachedDecoder(const Translator& model, const at::Tensor& sources, const at::Tensor& padding)
      : model_(model), hidden_(as_hidden(padding)), before_(model.decoder->layers.size()) {
    Dropout none(0, nullptr);
    const at::Tensor source = model.encode(sources, hidden_, none);
    for (const auto& layer : model.decoder->layers) {
      sources_.push_back(layer->multihead_attn->attended(source, hidden_));
    }
  }

  at::Tensor next(const at::Tensor& sources,
                  const at::Tensor& parents,
                  const at::Tensor& tokens) override {
    at::Tensor x = model_.embed(tokens.unsqueeze(1), place_);
    for (std::size_t i = 0; i < before_.size(); ++i) {
      if (place_ > 0) {
        before_[i] = chosen(before_[i], parents);
      }
      Attended source = chosen(sources_[i], sources);
      source.hidden = hidden_.index_select(0, sources);
      x = model_.decoder->layers[i]->decode_next(x, before_[i], source);
    }
    ++place_;
    return model_.scores(x).squeeze(1);
  }

 private:
  static Attended chosen(const Attended& all, const at::Tensor& which) {
    return {.keys = all.keys.index_select(0, which),
            .values = all.values.index_select(0, which),
            .hidden = {}};
  }

  const Translator& model_;
  const at::Tensor hidden_;
  std::vector<Attended> sources_;  // of each layer
  std::vector<Attended> before_;   // of each layer
  std::int64_t place_ = 0;
};

std::unique_ptr<StepDecoder> Translator::decode(const at::Tensor& sources,
                                                const at::Tensor& padding) {
  return std::make_unique<CachedDecoder>(*this, sources, padding);
}

const RegisteredSequence kTransformer("transformer", make_sequence<Translator>);

}  // namespace
}  // namespace murmur::learning
