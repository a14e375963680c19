// SPDX-License-Identifier: Apache-2.0
// Models of text: as many parameters as those of PyTorch's and transformers' modules.
#include <algorithm>
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "murmur/models/bert_config.h"
#include "murmur/models/model.h"
#include "tests/support/encoder_folder.h"

namespace murmur::models {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

using Settings = std::vector<std::pair<std::string, OptionValue>>;

OptionValue integer(std::int64_t value) {
  return value;
}

Result<Network> try_to_make(const char* name,
                            const Settings& settings,
                            std::int64_t vocabulary,
                            std::int64_t longest = 35) {
  const Model& model = *find_model(name);
  OptionValues options(model.options);
  for (const auto& [key, value] : settings) {
    options.set(key, value);
  }
  const ExampleForm form{
      .kind = model.takes, .outputs = vocabulary, .vocabulary = vocabulary, .longest = longest};
  return make_network(model, options, form);
}

std::size_t count(const char* name,
                  const Settings& settings,
                  std::int64_t vocabulary,
                  std::int64_t longest = 35) {
  return layout(try_to_make(name, settings, vocabulary, longest).value(), 4).parameters();
}

const Tensor& tensor_of(const Network& network, const std::string& name) {
  return *std::find_if(network.parameters.begin(),
                       network.parameters.end(),
                       [&](const Tensor& tensor) { return tensor.name == name; });
}

Settings sizes(std::int64_t layers, std::int64_t heads, std::int64_t width) {
  return {{"layers", integer(layers)}, {"heads", integer(heads)}, {"width", integer(width)}};
}

TEST(Gpt, HasAsManyParametersAsGpt2) {
  EXPECT_EQ(count("gpt", {}, 65, 128), 818048U);
  EXPECT_EQ(count("gpt", sizes(6, 6, 384), 65, 256), 10770816U);
  EXPECT_EQ(count("gpt", sizes(12, 12, 768), 50257, 1024), 124439808U);
}

TEST(Gpt, StartsAsItsAuthorsSay) {
  const Network network = try_to_make("gpt", {}, 65).value();
  EXPECT_EQ(tensor_of(network, "transformer.wpe.weight").start.scale, 0.02);
  const Tensor& inner = tensor_of(network, "transformer.h.3.attn.c_attn.weight");
  EXPECT_EQ(inner.shape, (std::vector<std::int64_t>{128, 384}));
  EXPECT_EQ(inner.start.scale, 0.02);
  const Tensor& last = tensor_of(network, "transformer.h.3.mlp.c_proj.weight");
  EXPECT_EQ(last.start.distribution, Initial::Distribution::kNormal);
  EXPECT_DOUBLE_EQ(last.start.scale, 0.02 / std::sqrt(8.0));
}

TEST(TextModels, SayWhichOptionsDoNotFit) {
  const auto network = try_to_make("gpt", sizes(1, 3, 128), 65);
  ASSERT_FALSE(network);
  EXPECT_THAT(network.failure().message,
              HasSubstr("model.heads = 3 does not divide model.width = 128"));
  const auto lstm =
      try_to_make("lstm", {{"tied", OptionValue(true)}, {"embedding", integer(7)}}, 65);
  ASSERT_FALSE(lstm);
  EXPECT_THAT(lstm.failure().message, HasSubstr("they are 7 and 200"));
}

TEST(Lstm, HasAsManyParametersAsTheRnnModel) {
  EXPECT_EQ(count("lstm", {}, 65), 669265U);
  EXPECT_EQ(count("lstm", {}, 33278), 13987678U);
  EXPECT_EQ(count("lstm", {{"tied", OptionValue(true)}}, 33278), 7332078U);
}

// What load_state_dict(strict=True) asks for besides.
TEST(TextModels, HaveTheSecondNamesOfTiedTensors) {
  const auto second = [](const char* name, const Settings& settings) {
    const Network network = try_to_make(name, settings, 65).value();
    return network.tied.empty() ? "" : network.tied.front().name + " " + network.tied.front().first;
  };
  EXPECT_EQ(second("gpt", {}), "lm_head.weight transformer.wte.weight");
  EXPECT_EQ(second("lstm", {}), "");
  EXPECT_EQ(second("lstm", {{"tied", OptionValue(true)}}), "decoder.weight encoder.weight");
  EXPECT_EQ(second("transformer", {}), "");
}

Settings transformer(std::int64_t layers,
                     std::int64_t heads,
                     std::int64_t width,
                     std::int64_t feedforward) {
  Settings all = sizes(layers, heads, width);
  all.emplace_back("feedforward", integer(feedforward));
  return all;
}

TEST(Transformer, HasAsManyParametersAsPyTorchs) {
  EXPECT_EQ(count("transformer", {}, 8000), 48236544U);
  EXPECT_EQ(count("transformer", {{"tied", OptionValue(false)}}, 8000), 52332544U);
  EXPECT_EQ(count("transformer", transformer(3, 4, 256, 1024), 8000), 7578624U);
  EXPECT_EQ(count("transformer", {}, 37000), 63084544U);
  EXPECT_EQ(count("transformer", transformer(6, 16, 1024, 4096), 37000), 214249472U);
}

TEST(Transformer, StartsAsPyTorchsAroundANormalEmbedding) {
  const Network network = try_to_make("transformer", {{"tied", OptionValue(false)}}, 90).value();
  const Tensor& first = network.parameters.front();
  EXPECT_EQ(first.name, "embedding.weight");
  EXPECT_EQ(first.start.distribution, Initial::Distribution::kNormal);
  EXPECT_DOUBLE_EQ(first.start.scale, 1 / std::sqrt(512.0));
  EXPECT_EQ(first.start.zero_row, 0);
  EXPECT_EQ(network.parameters.back().name, "output.weight");
  const std::string layer = "transformer.decoder.layers.5.";
  const Tensor& in = tensor_of(network, layer + "multihead_attn.in_proj_weight");
  EXPECT_EQ(in.shape, (std::vector<std::int64_t>{1536, 512}));
  EXPECT_DOUBLE_EQ(in.start.scale, std::sqrt(6.0 / 2048));
  EXPECT_EQ(tensor_of(network, layer + "self_attn.out_proj.bias").start.scale, 0);
  EXPECT_DOUBLE_EQ(tensor_of(network, layer + "linear2.bias").start.scale, 1 / std::sqrt(2048.0));
  EXPECT_EQ(tensor_of(network, layer + "norm3.weight").start.scale, 1);
}

Result<Network> encoder(const std::string& config, std::int64_t classes, std::int64_t longest = 9) {
  const murmur::testing::EncoderFolder folder(config);
  const Model& model = *find_model("bert");
  OptionValues options(model.options);
  options.set("folder", folder.path());
  const ExampleForm form{
      .kind = ExampleKind::kLabelledText, .outputs = classes, .vocabulary = 12, .longest = longest};
  return make_network(model, options, form);
}

// With the sizes that are published with them.
TEST(Bert, HasAsManyParametersAsThePublishedEncoders) {
  const auto parameters = [](const std::string& config, std::int64_t classes) {
    return layout(encoder(config, classes).value(), 4).parameters();
  };
  EXPECT_EQ(parameters(R"({"model_type": "bert"})", 4), 109485316U);
  EXPECT_EQ(parameters(R"({"model_type": "bert"})", 2), 109483778U);
  EXPECT_EQ(parameters(R"({"model_type": "distilbert"})", 4), 66956548U);
  const std::string minilm =
      R"({"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6,
          "intermediate_size": 1536})";
  EXPECT_EQ(parameters(minilm, 4), 22714756U);
}

TEST(Bert, StartsWithAZeroRowForPadding) {
  const Network network = encoder(murmur::testing::kTinyBert, 3).value();
  const Layout row = layout(network, 8);
  std::vector<double> x(row.row_size());
  start<double>(network, row, 3, x);
  EXPECT_EQ(network.parameters[0].name, "bert.embeddings.word_embeddings.weight");
  EXPECT_EQ(std::count(x.begin(), x.begin() + 12 * 8, 0.0), 8);
  EXPECT_EQ(std::count(x.begin(), x.begin() + 8, 0.0), 8);
  EXPECT_EQ(tensor_of(network, "classifier.weight").start.scale, 0.02);
}

TEST(Bert, SaysWhichEncodersItCannotCompute) {
  const auto refusal = [](const std::string& config, std::int64_t longest = 9) {
    const auto network = encoder(config, 3, longest);
    return network ? std::string("none") : network.failure().message;
  };
  EXPECT_EQ(refusal(murmur::testing::kTinyBert), "none");
  EXPECT_THAT(refusal(murmur::testing::kTinyBert, 10),
              AllOf(HasSubstr("has 10 tokens"), HasSubstr("at most 9 (max_position_embeddings)")));
  EXPECT_THAT(refusal(R"({"model_type": "roberta"})"), HasSubstr("model_type is \"roberta\""));
  EXPECT_THAT(refusal(R"({"model_type": "bert", "position_embedding_type": "relative_key"})"),
              HasSubstr("position_embedding_type is \"relative_key\""));
  EXPECT_THAT(refusal(R"({"model_type": "distilbert", "sinusoidal_pos_embds": true})"),
              HasSubstr("sinusoidal_pos_embds is true"));
  EXPECT_THAT(refusal(R"({"model_type": "bert", "hidden_act": "silu"})"),
              HasSubstr("hidden_act is \"silu\""));
  EXPECT_THAT(refusal(R"({"model_type": "bert", "vocab_size": 11, "hidden_size": 12})"),
              HasSubstr("has 12 tokens, and the encoder"));
  EXPECT_EQ(encoder("{", 3).failure().kind, FailureKind::kDamaged);
  EXPECT_EQ(read_bert_config("/no/such/folder").failure().kind, FailureKind::kMissing);
}

// Every model refuses every other kind of examples, and says which models take them.
TEST(Models, SayWhichExamplesTheyTake) {
  for (const Model& model : models()) {
    for (const ExampleKind kind : {ExampleKind::kArrays,
                                   ExampleKind::kLabelledText,
                                   ExampleKind::kText,
                                   ExampleKind::kPairs}) {
      if (kind == model.takes || models_for(kind).empty()) {
        continue;
      }
      const auto network = make_network(
          model,
          OptionValues(model.options),
          ExampleForm{.kind = kind, .shape = {3, 64, 64}, .outputs = 9, .vocabulary = 9});
      ASSERT_FALSE(network) << model.name;
      EXPECT_THAT(
          network.failure().message,
          AllOf(HasSubstr("'" + model.name + "' takes"), HasSubstr(models_for(kind).front())));
    }
  }
  EXPECT_THAT(models_for(ExampleKind::kText), Contains("gpt"));
}

}  // namespace
}  // namespace murmur::models
