// SPDX-License-Identifier: Apache-2.0
#include "murmur/models/bert_config.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <optional>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace murmur::models {
namespace {

using nlohmann::json;

// Reads keys that may be missing or null.
class Keys {
 public:
  explicit Keys(const json& object) : object_(object) {}

  template <class T>
  void read(const char* key, T& value) const {
    const auto found = object_.find(key);
    if (found != object_.end() && !found->is_null()) {
      found->get_to(value);
    }
  }

 private:
  const json& object_;
};

BertConfig bert_of(const Keys& keys) {
  BertConfig config;
  keys.read("vocab_size", config.vocabulary);
  keys.read("max_position_embeddings", config.positions);
  keys.read("type_vocab_size", config.types);
  keys.read("hidden_size", config.width);
  keys.read("num_hidden_layers", config.layers);
  keys.read("num_attention_heads", config.heads);
  keys.read("intermediate_size", config.feedforward);
  keys.read("pad_token_id", config.padding);
  keys.read("hidden_act", config.activation);
  keys.read("layer_norm_eps", config.epsilon);
  keys.read("initializer_range", config.initializer_range);
  keys.read("hidden_dropout_prob", config.dropout);
  keys.read("attention_probs_dropout_prob", config.attention_dropout);
  config.classifier_dropout = config.dropout;
  keys.read("classifier_dropout", config.classifier_dropout);
  return config;
}

BertConfig distilbert_of(const Keys& keys) {
  BertConfig config{.is_distilled = true, .types = 0, .layers = 6, .classifier_dropout = 0.2};
  keys.read("vocab_size", config.vocabulary);
  keys.read("max_position_embeddings", config.positions);
  keys.read("dim", config.width);
  keys.read("n_layers", config.layers);
  keys.read("n_heads", config.heads);
  keys.read("hidden_dim", config.feedforward);
  keys.read("pad_token_id", config.padding);
  keys.read("activation", config.activation);
  keys.read("initializer_range", config.initializer_range);
  keys.read("dropout", config.dropout);
  keys.read("attention_dropout", config.attention_dropout);
  keys.read("seq_classif_dropout", config.classifier_dropout);
  return config;
}

Failure unknown(const std::string& file,
                const char* key,
                const std::string& value,
                const char* ok) {
  return {FailureKind::kInvalid,
          fmt::format("{}: {} is {}, and what can be computed is {}", file, key, value, ok)};
}

Result<BertConfig> config_of(const json& object, const std::string& file) {
  const std::string type = object.value("model_type", "");
  if (type != "bert" && type != "distilbert") {
    return unknown(file, "model_type", fmt::format("\"{}\"", type), "\"bert\" or \"distilbert\"");
  }
  std::string positions = "absolute";
  bool sines = false;
  const Keys keys(object);
  keys.read("position_embedding_type", positions);
  keys.read("sinusoidal_pos_embds", sines);
  if (positions != "absolute") {
    return unknown(
        file, "position_embedding_type", fmt::format("\"{}\"", positions), "\"absolute\"");
  }
  if (type == "distilbert" && sines) {
    return unknown(file, "sinusoidal_pos_embds", "true", "false");
  }
  BertConfig config = type == "bert" ? bert_of(keys) : distilbert_of(keys);
  const char* activation_key = config.is_distilled ? "activation" : "hidden_act";
  constexpr std::array kActivations{"gelu", "gelu_new", "relu"};
  if (std::find(kActivations.begin(), kActivations.end(), config.activation) ==
      kActivations.end()) {
    return unknown(file,
                   activation_key,
                   fmt::format("\"{}\"", config.activation),
                   "\"gelu\", \"gelu_new\" or \"relu\"");
  }
  const std::array counts{
      config.vocabulary, config.positions, config.width, config.layers, config.heads};
  if (*std::min_element(counts.begin(), counts.end()) < 1 || config.feedforward < 1 ||
      config.width % config.heads != 0 || config.padding < 0 ||
      config.padding >= config.vocabulary) {
    return Failure{FailureKind::kDamaged,
                   fmt::format("{}: its sizes do not fit one another (width {}, {} heads, {} "
                               "layers, {} tokens, {} positions)",
                               file,
                               config.width,
                               config.heads,
                               config.layers,
                               config.vocabulary,
                               config.positions)};
  }
  return config;
}

// The sizes that are published with encoders.
std::optional<BertConfig> published(const std::string& name) {
  const BertConfig distilled{
      .is_distilled = true, .types = 0, .layers = 6, .classifier_dropout = 0.2};
  const BertConfig small{.width = 384, .layers = 6, .feedforward = 1536};
  const std::map<std::string, BertConfig> known{{"bert-base-uncased", {}},
                                                {"distilbert-base-uncased", distilled},
                                                {"MiniLM-L6-H384-uncased", small},
                                                {"all-MiniLM-L6-v2", small}};
  const auto found = known.find(name);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

std::string published_encoder(const std::filesystem::path& folder) {
  std::error_code error;
  const std::string name = folder.filename().string();
  return std::filesystem::exists(folder / "config.json", error) || !published(name) ? "" : name;
}

Result<BertConfig> read_bert_config(const std::filesystem::path& folder) {
  if (const std::string name = published_encoder(folder); !name.empty()) {
    return *published(name);
  }
  const std::filesystem::path path = folder / "config.json";
  std::ifstream stream(path);
  if (!stream) {
    return Failure{FailureKind::kMissing,
                   fmt::format("there is no file {}; model.folder is the folder of a published "
                               "encoder, with config.json and vocab.txt",
                               path.string())};
  }
  try {
    return config_of(json::parse(stream), path.string());
  } catch (const json::exception& error) {
    return Failure{FailureKind::kDamaged, fmt::format("{}: {}", path.string(), error.what())};
  }
}

BertNames names_of(const BertConfig& config) {
  if (config.is_distilled) {
    return {.embeddings = "distilbert.embeddings.",
            .layer = "distilbert.transformer.layer.",
            .query = "attention.q_lin",
            .key = "attention.k_lin",
            .value = "attention.v_lin",
            .mixed = "attention.out_lin",
            .first_norm = "sa_layer_norm",
            .inner = "ffn.lin1",
            .outer = "ffn.lin2",
            .second_norm = "output_layer_norm",
            .pooler = "pre_classifier"};
  }
  return {.embeddings = "bert.embeddings.",
          .layer = "bert.encoder.layer.",
          .query = "attention.self.query",
          .key = "attention.self.key",
          .value = "attention.self.value",
          .mixed = "attention.output.dense",
          .first_norm = "attention.output.LayerNorm",
          .inner = "intermediate.dense",
          .outer = "output.dense",
          .second_norm = "output.LayerNorm",
          .pooler = "bert.pooler.dense"};
}

}  // namespace murmur::models
