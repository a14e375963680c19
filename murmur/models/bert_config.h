// SPDX-License-Identifier: Apache-2.0
// The config.json of a published encoder of BERT's family, and the names of its tensors.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "murmur/core/error.h"
#include "murmur/core/options.h"

namespace murmur::models {

struct BertConfig {
  bool is_distilled = false;  // model_type "distilbert", else "bert"
  std::int64_t vocabulary = 30522;
  std::int64_t positions = 512;
  std::int64_t types = 2;  // of tokens; "distilbert" has none
  std::int64_t width = 768;
  std::int64_t layers = 12;
  std::int64_t heads = 12;
  std::int64_t feedforward = 3072;
  std::int64_t padding = 0;         // the number of [PAD]
  std::string activation = "gelu";  // gelu, gelu_new or relu
  double epsilon = 1e-12;           // of layer norms
  double initializer_range = 0.02;  // the deviation of weights at the start
  double dropout = 0.1;             // of embeddings and layers
  double attention_dropout = 0.1;   // of the weights of attention
  double classifier_dropout = 0.1;  // of what the classifier gets
};

// kMissing, kDamaged: the file; kInvalid: an encoder that is not computed here, by its key.
// Where the folder has no such file and the name of an encoder of which the sizes are known, those
// sizes: a plan needs no more.
Result<BertConfig> read_bert_config(const std::filesystem::path& folder);
// The encoder that the options of `bert` name, with model.dropout in place of the configuration's,
// where it is given.
Result<BertConfig> read_bert(const OptionValues& options);
// That name; empty: the folder has a config.json, or another name.
std::string published_encoder(const std::filesystem::path& folder);

// Names of tensors, without .weight and .bias; those of a layer are below `layer` and its number.
struct BertNames {
  std::string embeddings;
  std::string layer;
  std::string query;
  std::string key;
  std::string value;
  std::string mixed;  // the linear layer behind the heads
  std::string first_norm;
  std::string inner;  // the first linear layer of the feedforward part
  std::string outer;
  std::string second_norm;
  std::string pooler;  // the linear layer between the first token and the classifier
};

BertNames names_of(const BertConfig& config);

}  // namespace murmur::models
