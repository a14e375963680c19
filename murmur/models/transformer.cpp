// SPDX-License-Identifier: Apache-2.0
// The transformer of Vaswani et al. for translation: torch.nn.Transformer with its names and
// shapes, between one embedding E of source and target and the output:
//
//   inputs: E[token] sqrt(width) + PE[place],   PE[p, 2i] = sin(p / 10000^(2i / width)),
//                                               PE[p, 2i + 1] = cos of the same
//   scores of the target's tokens: E times the decoder's result, or `output` times it
//
// Where norm_first is false, a layer is x = norm(x + f(x)) for f attention to itself, in the
// decoder to the encoder's result, and a feedforward layer; else x = x + f(norm(x)).
#include "murmur/models/transformer.h"

#include <cmath>

#include <fmt/format.h>

#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr std::int64_t kPaddingRow = 0;

class Description {
 public:
  Description(Network& network, const Transformer& sizes) : network_(network), sizes_(sizes) {}

  // xavier_uniform_ of the stored shape.
  void matrix(const std::string& name, const Linear& linear) {
    const auto fans = static_cast<double>(linear.inputs + linear.outputs);
    network_.parameters.push_back(
        {name, {linear.outputs, linear.inputs}, uniform(std::sqrt(6 / fans))});
  }

  void bias(const std::string& name, std::int64_t size, const Initial& initial) {
    network_.parameters.push_back({name, {size}, initial});
  }

  void attention(const std::string& name) {
    const std::int64_t width = sizes_.width;
    matrix(name + ".in_proj_weight", {width, 3 * width});
    bias(name + ".in_proj_bias", 3 * width, constant(0));
    matrix(name + ".out_proj.weight", {width, width});
    bias(name + ".out_proj.bias", width, constant(0));
  }

  void linear(const std::string& name, const Linear& linear) {
    matrix(name + ".weight", linear);
    bias(name + ".bias", linear.outputs, default_start(linear.inputs));
  }

  // A layer of the encoder, or of the decoder.
  void layer(const std::string& name, bool has_source) {
    attention(name + ".self_attn");
    if (has_source) {
      attention(name + ".multihead_attn");
    }
    linear(name + ".linear1", {sizes_.width, sizes_.feedforward});
    linear(name + ".linear2", {sizes_.feedforward, sizes_.width});
    for (int norm = 1; norm <= (has_source ? 3 : 2); ++norm) {
      add_layer_norm(network_, fmt::format("{}.norm{}", name, norm), sizes_.width);
    }
  }

  void stack(const std::string& name, bool has_source) {
    for (std::int64_t i = 0; i < sizes_.layers; ++i) {
      layer(fmt::format("{}.layers.{}", name, i), has_source);
    }
    add_layer_norm(network_, name + ".norm", sizes_.width);
  }

 private:
  Network& network_;
  const Transformer& sizes_;
};

void describe(Network& network) {
  const Transformer sizes = read_transformer(network.options);
  Initial words = normal(1 / std::sqrt(static_cast<double>(sizes.width)));
  network.has_body = true;
  words.zero_row = kPaddingRow;
  network.parameters.push_back({"embedding.weight", {network.vocabulary, sizes.width}, words});
  Description add(network, sizes);
  add.stack("transformer.encoder", false);
  add.stack("transformer.decoder", true);
  if (!sizes.tied) {
    network.parameters.push_back({"output.weight", {network.vocabulary, sizes.width}, words});
  }
}

Status check(const OptionValues& options) {
  const Transformer sizes = read_transformer(options);
  return check_heads(sizes.width, sizes.heads);
}

}  // namespace

Transformer read_transformer(const OptionValues& options) {
  return {.layers = options.integer("layers"),
          .heads = options.integer("heads"),
          .width = options.integer("width"),
          .feedforward = options.integer("feedforward"),
          .dropout = options.number("dropout"),
          .activation = options.text("activation"),
          .norm_first = options.flag("norm_first"),
          .tied = options.flag("tied")};
}

Model transformer() {
  return {.name = "transformer",
          .summary = "an encoder-decoder transformer, for translation",
          .paper =
              "Vaswani, Shazeer, Parmar, Uszkoreit, Jones, Gomez, Kaiser, Polosukhin: Attention is "
              "all you need, NeurIPS 2017",
          .options = {{.name = "layers",
                       .help = "of the encoder, and as many of the decoder",
                       .fallback = std::int64_t{6},
                       .bounds = kCount},
                      {.name = "heads",
                       .help = "of attention; divides the width",
                       .fallback = std::int64_t{8},
                       .bounds = kCount},
                      {.name = "width",
                       .help = "numbers per token",
                       .fallback = std::int64_t{512},
                       .bounds = kCount},
                      {.name = "feedforward",
                       .help = "numbers per token inside of feedforward layers",
                       .fallback = std::int64_t{2048},
                       .bounds = kCount},
                      {.name = "dropout",
                       .help = "share of embeddings, attention weights, activations and residuals "
                               "dropped",
                       .fallback = 0.1,
                       .bounds = kMomentum},
                      {.name = "activation",
                       .help = "of feedforward layers",
                       .fallback = std::string("relu"),
                       .choices = {"relu", "gelu"}},
                      {.name = "norm_first",
                       .help = "norms before attention and feedforward layers, not after",
                       .fallback = false},
                      {.name = "tied",
                       .help = "the output has the weights of the embedding",
                       .fallback = true}},
          .check = check,
          .takes = ExampleKind::kPairs,
          .describe = describe};
}

}  // namespace murmur::models
