// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/gpt.h"

#include <memory>
#include <string>
#include <vector>

#include "murmur/learning/torch/models/layers.h"
#include "murmur/learning/torch/models/sequence_module.h"

namespace murmur::learning {
namespace {

constexpr double kEpsilon = 1e-5;

// x W + b, W: inputs x outputs.
struct Conv1D : torch::nn::Module {
  Conv1D(std::int64_t inputs, std::int64_t outputs)
      : weight(register_parameter("weight", at::empty({inputs, outputs}))),
        bias(register_parameter("bias", at::empty({outputs}))) {}
  at::Tensor forward(const at::Tensor& x) const { return at::matmul(x, weight) + bias; }

  at::Tensor weight, bias;
};

struct Attention : torch::nn::Module {
  explicit Attention(const models::Gpt& gpt)
      : c_attn(register_module("c_attn", std::make_shared<Conv1D>(gpt.width, 3 * gpt.width))),
        c_proj(register_module("c_proj", std::make_shared<Conv1D>(gpt.width, gpt.width))),
        heads(gpt.heads) {}

  at::Tensor forward(const at::Tensor& x, Dropout& dropout) const {
    const auto parts = c_attn->forward(x).chunk(3, 2);
    const AttentionInputs inputs{.queries = parts[0],
                                 .keys = parts[1],
                                 .values = parts[2],
                                 .hidden = later_places(x.size(1), x.options())};
    return dropout(c_proj->forward(attend(inputs, heads, dropout)));
  }

  std::shared_ptr<Conv1D> c_attn, c_proj;
  std::int64_t heads;
};

struct Feedforward : torch::nn::Module {
  explicit Feedforward(std::int64_t width)
      : c_fc(register_module("c_fc", std::make_shared<Conv1D>(width, 4 * width))),
        c_proj(register_module("c_proj", std::make_shared<Conv1D>(4 * width, width))) {}

  at::Tensor forward(const at::Tensor& x, Dropout& dropout) const {
    return dropout(c_proj->forward(at::gelu(c_fc->forward(x), "tanh")));
  }

  std::shared_ptr<Conv1D> c_fc, c_proj;
};

struct Block : torch::nn::Module {
  explicit Block(const models::Gpt& gpt)
      : ln_1(register_module("ln_1", std::make_shared<LayerNorm>(gpt.width, kEpsilon))),
        attn(register_module("attn", std::make_shared<Attention>(gpt))),
        ln_2(register_module("ln_2", std::make_shared<LayerNorm>(gpt.width, kEpsilon))),
        mlp(register_module("mlp", std::make_shared<Feedforward>(gpt.width))) {}

  at::Tensor forward(const at::Tensor& x, Dropout& dropout) const {
    const at::Tensor mixed = x + attn->forward(ln_1->forward(x), dropout);
    return mixed + mlp->forward(ln_2->forward(mixed), dropout);
  }

  std::shared_ptr<LayerNorm> ln_1;
  std::shared_ptr<Attention> attn;
  std::shared_ptr<LayerNorm> ln_2;
  std::shared_ptr<Feedforward> mlp;
};

struct Blocks : torch::nn::Module {
  explicit Blocks(const models::Gpt& gpt) {
    for (std::int64_t i = 0; i < gpt.layers; ++i) {
      all.push_back(register_module(std::to_string(i), std::make_shared<Block>(gpt)));
    }
  }

  std::vector<std::shared_ptr<Block>> all;
};

struct Transformer : torch::nn::Module {
  Transformer(const models::Gpt& gpt, std::int64_t vocabulary, std::int64_t longest)
      : wte(register_module("wte", std::make_shared<Embedding>(vocabulary, gpt.width))),
        wpe(register_module("wpe", std::make_shared<Embedding>(longest, gpt.width))),
        h(register_module("h", std::make_shared<Blocks>(gpt))),
        ln_f(register_module("ln_f", std::make_shared<LayerNorm>(gpt.width, kEpsilon))) {}

  std::shared_ptr<Embedding> wte, wpe;
  std::shared_ptr<Blocks> h;
  std::shared_ptr<LayerNorm> ln_f;
};

struct GptModule : SequenceModule {
  explicit GptModule(const models::Network& network)
      : GptModule(models::read_gpt(network.options), network.vocabulary, network.longest) {}

  GptModule(const models::Gpt& gpt, std::int64_t vocabulary, std::int64_t longest)
      : transformer(register_module("transformer",
                                    std::make_shared<Transformer>(gpt, vocabulary, longest))),
        share(gpt.dropout) {}

  at::Tensor forward(const at::Tensor& tokens) override {
    Dropout drops(share, dropout);
    const at::Tensor places = at::arange(tokens.size(1), tokens.options());
    at::Tensor x = drops(transformer->wte->forward(tokens) + transformer->wpe->forward(places));
    for (const auto& block : transformer->h->all) {
      x = block->forward(x, drops);
    }
    return at::linear(transformer->ln_f->forward(x), transformer->wte->weight);
  }

  std::shared_ptr<Transformer> transformer;
  double share;
};

const RegisteredSequence kGpt("gpt", make_sequence<GptModule>);

}  // namespace
}  // namespace murmur::learning
