// SPDX-License-Identifier: Apache-2.0
// Encoders of BERT's family for classification, with the names and shapes of transformers'
// BertForSequenceClassification (BERT, MiniLM, TinyBERT) and DistilBertForSequenceClassification:
//
//   x = norm(words + positions [+ types])
//   each layer: x = norm(x + mixed(attention(x))),  x = norm(x + outer(act(inner(x))))
//   features: tanh(pooler(x of the first token)); of DistilBERT with relu in place of tanh
#include <fmt/format.h>

#include "murmur/models/bert_config.h"
#include "murmur/models/describe.h"
#include "murmur/models/model.h"

namespace murmur::models {
namespace {

constexpr double kOfFolder = -1;  // dropout: the configuration's

class Description {
 public:
  Description(Network& network, const BertConfig& config)
      : network_(network), weights_(normal(config.initializer_range)) {}

  void embedding(const std::string& name, std::int64_t count, std::int64_t width) {
    network_.parameters.push_back({name + ".weight", {count, width}, weights_});
  }
  void linear(const std::string& name, const Linear& linear) {
    network_.parameters.push_back({name + ".weight", {linear.outputs, linear.inputs}, weights_});
    network_.parameters.push_back({name + ".bias", {linear.outputs}, constant(0)});
  }
  void norm(const std::string& name, std::int64_t width) { add_layer_norm(network_, name, width); }

 private:
  Network& network_;
  Initial weights_;
};

void describe(Network& network) {
  const BertConfig config = read_bert(network.options).value();
  const BertNames names = names_of(config);
  const std::int64_t width = config.width;
  Description add(network, config);
  network.has_body = true;
  add.embedding(names.embeddings + "word_embeddings", config.vocabulary, width);
  network.parameters.back().start.zero_row = config.padding;
  add.embedding(names.embeddings + "position_embeddings", config.positions, width);
  if (config.types > 0) {
    add.embedding(names.embeddings + "token_type_embeddings", config.types, width);
  }
  add.norm(names.embeddings + "LayerNorm", width);
  for (std::int64_t i = 0; i < config.layers; ++i) {
    const std::string layer = fmt::format("{}{}.", names.layer, i);
    for (const std::string& name : {names.query, names.key, names.value, names.mixed}) {
      add.linear(layer + name, {width, width});
    }
    add.norm(layer + names.first_norm, width);
    add.linear(layer + names.inner, {width, config.feedforward});
    add.linear(layer + names.outer, {config.feedforward, width});
    add.norm(layer + names.second_norm, width);
  }
  add.linear(names.pooler, {width, width});
  add.linear("classifier", {width, network.classes});
  network.head.push_back({width, network.classes});
}

Status check(const OptionValues& options) {
  const auto config = read_bert(options);
  return config ? Status(Ok{}) : config.failure();
}

Status check_examples(const OptionValues& options, const ExampleForm& form) {
  const auto config = read_bert(options);
  if (!config) {
    return config.failure();
  }
  if (form.longest > config.value().positions) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("a text of the data has {} tokens, and the encoder in {} takes at "
                               "most {} (max_position_embeddings); lower data.max_length",
                               form.longest,
                               options.text("folder"),
                               config.value().positions)};
  }
  if (form.vocabulary > config.value().vocabulary) {
    return Failure{FailureKind::kInvalid,
                   fmt::format("data.vocabulary has {} tokens, and the encoder in {} knows {} "
                               "(vocab_size)",
                               form.vocabulary,
                               options.text("folder"),
                               config.value().vocabulary)};
  }
  return Ok{};
}

}  // namespace

Result<BertConfig> read_bert(const OptionValues& options) {
  Result<BertConfig> config = read_bert_config(options.text("folder"));
  const double dropout = options.number("dropout");
  if (config && dropout != kOfFolder) {
    BertConfig& own = config.value();
    own.dropout = own.attention_dropout = own.classifier_dropout = dropout;
  }
  return config;
}

Model bert() {
  constexpr Bounds kDropout{-1, 1, false, true, "a number in [0, 1), or -1: that of config.json"};
  return {.name = "bert",
          .summary = "an encoder of BERT's family with a classifier: BERT, MiniLM, DistilBERT",
          .paper =
              "Devlin, Chang, Lee, Toutanova: BERT, NAACL 2019; Sanh, Debut, Chaumond, Wolf: "
              "DistilBERT, 2019",
          .options = {{.name = "folder",
                       .help = "of a published encoder: config.json, vocab.txt",
                       .fallback = std::string(),
                       .required = true},
                      {.name = "dropout",
                       .help = "of all dropouts; -1: those of config.json",
                       .fallback = kOfFolder,
                       .bounds = kDropout}},
          .check = check,
          .check_examples = check_examples,
          .takes = ExampleKind::kLabelledText,
          .describe = describe};
}

}  // namespace murmur::models
