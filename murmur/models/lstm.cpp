// SPDX-License-Identifier: Apache-2.0
// The RNNModel of PyTorch's word_language_model example, with its names: an embedding (encoder),
// layers of torch.nn.LSTM (rnn; both biases, gates i f g o), a linear layer (decoder), whose weight
// may be the embedding. Every window starts from a zero state.
#include "murmur/models/lstm.h"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr double kBound = 0.1;

void describe(Network& network) {
  const Lstm lstm = read_lstm(network.options);
  const Initial initial = default_start(lstm.width);
  const std::int64_t gates = 4 * lstm.width;
  network.has_body = true;
  network.parameters.push_back(
      {"encoder.weight", {network.vocabulary, lstm.embedding}, uniform(kBound)});
  for (std::int64_t i = 0; i < lstm.layers; ++i) {
    const std::int64_t inputs = i == 0 ? lstm.embedding : lstm.width;
    network.parameters.push_back({fmt::format("rnn.weight_ih_l{}", i), {gates, inputs}, initial});
    network.parameters.push_back(
        {fmt::format("rnn.weight_hh_l{}", i), {gates, lstm.width}, initial});
    network.parameters.push_back({fmt::format("rnn.bias_ih_l{}", i), {gates}, initial});
    network.parameters.push_back({fmt::format("rnn.bias_hh_l{}", i), {gates}, initial});
  }
  if (!lstm.tied) {
    network.parameters.push_back(
        {"decoder.weight", {network.vocabulary, lstm.width}, uniform(kBound)});
  }
  network.parameters.push_back({"decoder.bias", {network.vocabulary}, constant(0)});
}

std::vector<TiedName> tied(const OptionValues& options) {
  return read_lstm(options).tied ? std::vector<TiedName>{{"decoder.weight", "encoder.weight"}}
                                 : std::vector<TiedName>();
}

Status check(const OptionValues& options) {
  const Lstm lstm = read_lstm(options);
  if (!lstm.tied || lstm.embedding == lstm.width) {
    return Ok{};
  }
  return Failure{FailureKind::kInvalid,
                 fmt::format("model.tied needs model.embedding = model.width, and they are {} and "
                             "{}",
                             lstm.embedding,
                             lstm.width)};
}

}  // namespace

Lstm read_lstm(const OptionValues& options) {
  const std::int64_t width = options.integer("width");
  const std::int64_t embedding = options.integer("embedding");
  return {.layers = options.integer("layers"),
          .width = width,
          .embedding = embedding > 0 ? embedding : width,
          .tied = options.flag("tied"),
          .dropout = options.number("dropout")};
}

Model lstm() {
  return {.name = "lstm",
          .summary = "a recurrent language model: embedding, LSTM layers, a linear layer",
          .paper =
              "Zaremba, Sutskever, Vinyals: Recurrent neural network regularization, 2014; "
              "PyTorch's word_language_model",
          .options =
              {{.name = "layers", .help = "of LSTM", .fallback = std::int64_t{2}, .bounds = kCount},
               {.name = "width",
                .help = "numbers in the state of a layer",
                .fallback = std::int64_t{200},
                .bounds = kCount},
               {.name = "embedding",
                .help = "numbers per token; 0: as the width",
                .fallback = std::int64_t{0},
                .bounds = kIndex},
               {.name = "tied",
                .help = "the last layer has the weights of the embedding",
                .fallback = false},
               {.name = "dropout",
                .help = "share of the embedding, between layers and of the output dropped",
                .fallback = 0.2,
                .bounds = kMomentum}},
          .check = check,
          .takes = ExampleKind::kText,
          .describe = describe,
          .tied = tied};
}

}  // namespace murmur::models
