// SPDX-License-Identifier: Apache-2.0
// GPT-2 (Radford et al., 2019) with the names and shapes of transformers' GPT2LMHeadModel: linear
// layers are inputs x outputs. Tokens and positions are embedded; each block is
//
//   x = x + c_proj(attention(c_attn(ln_1(x)))),   x = x + c_proj(gelu(c_fc(ln_2(x))))
//
// with gelu by tanh; scores of the tokens are ln_f(x) times the embedding.
#include "murmur/models/gpt.h"

#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr double kDeviation = 0.02;

void add_conv1d(Network& network, const std::string& name, const Linear& linear, double deviation) {
  network.parameters.push_back(
      {name + ".weight", {linear.inputs, linear.outputs}, normal(deviation)});
  network.parameters.push_back({name + ".bias", {linear.outputs}, constant(0)});
}

void describe(Network& network) {
  const Gpt gpt = read_gpt(network.options);
  const std::int64_t width = gpt.width;
  const double last = kDeviation / std::sqrt(2.0 * static_cast<double>(gpt.layers));
  network.has_body = true;
  network.parameters.push_back(
      {"transformer.wte.weight", {network.vocabulary, width}, normal(kDeviation)});
  network.parameters.push_back(
      {"transformer.wpe.weight", {network.longest, width}, normal(kDeviation)});
  for (std::int64_t i = 0; i < gpt.layers; ++i) {
    const std::string block = fmt::format("transformer.h.{}.", i);
    add_layer_norm(network, block + "ln_1", width);
    add_conv1d(network, block + "attn.c_attn", {width, 3 * width}, kDeviation);
    add_conv1d(network, block + "attn.c_proj", {width, width}, last);
    add_layer_norm(network, block + "ln_2", width);
    add_conv1d(network, block + "mlp.c_fc", {width, 4 * width}, kDeviation);
    add_conv1d(network, block + "mlp.c_proj", {4 * width, width}, last);
  }
  add_layer_norm(network, "transformer.ln_f", width);
}

std::vector<TiedName> tied(const OptionValues& /*options*/) {
  return {{"lm_head.weight", "transformer.wte.weight"}};
}

Status check(const OptionValues& options) {
  const Gpt gpt = read_gpt(options);
  return check_heads(gpt.width, gpt.heads);
}

}  // namespace

Gpt read_gpt(const OptionValues& options) {
  return {.layers = options.integer("layers"),
          .heads = options.integer("heads"),
          .width = options.integer("width"),
          .dropout = options.number("dropout")};
}

Model gpt() {
  return {.name = "gpt",
          .summary = "GPT-2: a decoder-only transformer, as a language model",
          .paper = "Radford et al.: Language models are unsupervised multitask learners, 2019",
          .options = {{.name = "layers",
                       .help = "blocks of attention and feedforward layers",
                       .fallback = std::int64_t{4},
                       .bounds = kCount},
                      {.name = "heads",
                       .help = "of attention; divides the width",
                       .fallback = std::int64_t{4},
                       .bounds = kCount},
                      {.name = "width",
                       .help = "numbers per token",
                       .fallback = std::int64_t{128},
                       .bounds = kCount},
                      {.name = "dropout",
                       .help = "share of embeddings, attention weights and residuals dropped",
                       .fallback = 0.1,
                       .bounds = kMomentum}},
          .check = check,
          .takes = ExampleKind::kText,
          .describe = describe,
          .tied = tied};
}

}  // namespace murmur::models
