// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>
#include <vector>

#include "murmur/learning/torch/models/layers.h"
#include "murmur/learning/torch/models/module.h"
#include "murmur/models/bert_config.h"

namespace murmur::learning {
namespace {

using models::BertConfig;
using models::BertNames;

// The dropouts of one pass, whose draws have places in one sequence.
class Drops {
 public:
  Drops(const BertConfig& config, const Random* draws) : config_(config), draws_(draws) {}

  at::Tensor plain(const at::Tensor& x) { return drop(x, config_.dropout, draws_, place_++); }
  at::Tensor classifier(const at::Tensor& x) {
    return drop(x, config_.classifier_dropout, draws_, place_++);
  }
  // For the weights of one layer's attention.
  Dropout attention() { return {config_.attention_dropout, draws_, place_++}; }

 private:
  const BertConfig& config_;
  const Random* draws_;
  std::uint64_t place_ = 0;
};

at::Tensor activate(const at::Tensor& x, const std::string& activation) {
  if (activation == "relu") {
    return at::relu(x);
  }
  return at::gelu(x, activation == "gelu_new" ? "tanh" : "none");
}

struct EncoderLayer {
  EncoderLayer(torch::nn::Module& root, const std::string& path, const BertConfig& bert)
      : config(bert) {
    const BertNames names = models::names_of(bert);
    const std::int64_t width = bert.width;
    query = place_at<LinearLayer>(root, path + names.query, width, width);
    key = place_at<LinearLayer>(root, path + names.key, width, width);
    value = place_at<LinearLayer>(root, path + names.value, width, width);
    mixed = place_at<LinearLayer>(root, path + names.mixed, width, width);
    first_norm = place_at<LayerNorm>(root, path + names.first_norm, width, bert.epsilon);
    inner = place_at<LinearLayer>(root, path + names.inner, width, bert.feedforward);
    outer = place_at<LinearLayer>(root, path + names.outer, bert.feedforward, width);
    second_norm = place_at<LayerNorm>(root, path + names.second_norm, width, bert.epsilon);
  }

  at::Tensor forward(const at::Tensor& x, const at::Tensor& hidden, Drops& drops) const {
    Dropout of_weights = drops.attention();
    const at::Tensor heads = attend({.queries = query->forward(x),
                                     .keys = key->forward(x),
                                     .values = value->forward(x),
                                     .hidden = hidden},
                                    config.heads,
                                    of_weights);
    const at::Tensor attended = mixed->forward(heads);
    const at::Tensor between =
        first_norm->forward((config.is_distilled ? attended : drops.plain(attended)) + x);
    const at::Tensor out = outer->forward(activate(inner->forward(between), config.activation));
    return second_norm->forward(drops.plain(out) + between);
  }

  BertConfig config;
  std::shared_ptr<LinearLayer> query, key, value, mixed, inner, outer;
  std::shared_ptr<LayerNorm> first_norm, second_norm;
};

struct BertBody : BodyModule {
  explicit BertBody(const models::Network& network)
      : BertBody(models::read_bert(network.options).value()) {}

  explicit BertBody(const BertConfig& bert) : config(bert) {
    const BertNames names = models::names_of(bert);
    const std::string below = names.embeddings;
    words = place_at<Embedding>(
        *this, below + "word_embeddings", bert.vocabulary, bert.width, bert.padding);
    positions =
        place_at<Embedding>(*this, below + "position_embeddings", bert.positions, bert.width);
    if (bert.types > 0) {
      types = place_at<Embedding>(*this, below + "token_type_embeddings", bert.types, bert.width);
    }
    norm = place_at<LayerNorm>(*this, below + "LayerNorm", bert.width, bert.epsilon);
    for (std::int64_t i = 0; i < bert.layers; ++i) {
      layers.emplace_back(*this, names.layer + std::to_string(i) + ".", bert);
    }
    pooler = place_at<LinearLayer>(*this, names.pooler, bert.width, bert.width);
  }

  at::Tensor forward_tokens(const at::Tensor& tokens, const at::Tensor& padding) override {
    Drops drops(config, dropout);
    at::Tensor x =
        words->forward(tokens) + positions->forward(at::arange(tokens.size(1), tokens.options()));
    if (types != nullptr) {
      x = x + types->weight[0];  // all texts are of the first type
    }
    x = drops.plain(norm->forward(x));
    const at::Tensor hidden = padding.view({padding.size(0), 1, 1, padding.size(1)});
    for (const EncoderLayer& layer : layers) {
      x = layer.forward(x, hidden, drops);
    }
    const at::Tensor pooled = pooler->forward(x.select(1, 0));
    return drops.classifier(config.is_distilled ? at::relu(pooled) : at::tanh(pooled));
  }

  BertConfig config;
  std::shared_ptr<Embedding> words, positions, types;
  std::shared_ptr<LayerNorm> norm;
  std::vector<EncoderLayer> layers;
  std::shared_ptr<LinearLayer> pooler;
};

const RegisteredBody kBert("bert", make_body<BertBody>);

}  // namespace
}  // namespace murmur::learning
