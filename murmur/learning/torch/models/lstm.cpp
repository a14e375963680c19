// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/lstm.h"

#include <array>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <c10/core/impl/LocalDispatchKeySet.h>

#include "murmur/learning/torch/autocast.h"
#include "murmur/learning/torch/models/layers.h"
#include "murmur/learning/torch/models/sequence_module.h"

namespace murmur::learning {
namespace {

struct Layer {
  std::array<at::Tensor, 4> parameters;  // of inputs, of the state, and their biases
};

struct Layers : torch::nn::Module {
  explicit Layers(const models::Lstm& lstm) : width(lstm.width) {
    const std::int64_t gates = 4 * lstm.width;
    for (std::int64_t i = 0; i < lstm.layers; ++i) {
      const std::string number = std::to_string(i);
      const std::int64_t inputs = i == 0 ? lstm.embedding : lstm.width;
      all.push_back({{register_parameter("weight_ih_l" + number, at::empty({gates, inputs})),
                      register_parameter("weight_hh_l" + number, at::empty({gates, lstm.width})),
                      register_parameter("bias_ih_l" + number, at::empty({gates})),
                      register_parameter("bias_hh_l" + number, at::empty({gates}))}});
    }
  }

  // Dropout is ours: one layer at a time. In single precision where torch has no
  // LSTM of bfloat16.
  at::Tensor forward(at::Tensor x, Dropout& dropout) const {
    const c10::impl::ExcludeDispatchKeyGuard single(
        autocasts_lstm() ? c10::DispatchKeySet()
                         : c10::DispatchKeySet(c10::DispatchKey::AutocastCPU));
    const at::Tensor zero = at::zeros({1, x.size(0), width}, x.options());
    for (std::size_t i = 0; i < all.size(); ++i) {
      x = i == 0 ? x : dropout(x);
      const auto& p = all[i].parameters;
      x = std::get<0>(at::lstm(
          x, {zero, zero}, {p[0], p[1], p[2], p[3]}, true, 1, 0.0, is_training(), false, true));
    }
    return x;
  }

  std::vector<Layer> all;
  std::int64_t width;
};

struct Decoder : torch::nn::Module {
  Decoder(std::int64_t width, std::int64_t vocabulary, bool tied) {
    if (!tied) {
      weight = register_parameter("weight", at::empty({vocabulary, width}));
    }
    bias = register_parameter("bias", at::empty({vocabulary}));
  }

  at::Tensor weight, bias;
};

struct LstmModule : SequenceModule {
  explicit LstmModule(const models::Network& network)
      : LstmModule(models::read_lstm(network.options), network.vocabulary) {}

  LstmModule(const models::Lstm& lstm, std::int64_t vocabulary)
      : encoder(
            register_module("encoder", std::make_shared<Embedding>(vocabulary, lstm.embedding))),
        rnn(register_module("rnn", std::make_shared<Layers>(lstm))),
        decoder(register_module("decoder",
                                std::make_shared<Decoder>(lstm.width, vocabulary, lstm.tied))),
        tied(lstm.tied),
        share(lstm.dropout) {}

  at::Tensor forward(const at::Tensor& tokens) override {
    Dropout drops(share, dropout);
    const at::Tensor x = drops(rnn->forward(drops(encoder->forward(tokens)), drops));
    return at::linear(x, tied ? encoder->weight : decoder->weight, decoder->bias);
  }

  std::shared_ptr<Embedding> encoder;
  std::shared_ptr<Layers> rnn;
  std::shared_ptr<Decoder> decoder;
  bool tied;
  double share;
};

const RegisteredSequence kLstm("lstm", make_sequence<LstmModule>);

}  // namespace
}  // namespace murmur::learning
