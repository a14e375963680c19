// SPDX-License-Identifier: Apache-2.0
#include "murmur/run/model/predict.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "murmur/core/error.h"
#include "murmur/learning/libraries.h"
#include "murmur/learning/predict.h"
#include "murmur/learning/torch.h"
#include "murmur/learning/translation/continue_text.h"
#include "murmur/learning/translation/translator.h"
#include "murmur/run/model/new_inputs.h"
#include "murmur/run/model/subject_model.h"
#include "murmur/run/train/translations.h"
#include "murmur/run/wiring/network.h"
#include "murmur/run/wiring/resources.h"
#include "murmur/run/wiring/wiring.h"

namespace murmur::run {
namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kUsualTokens = 100;

void require_torch() {
  if (const Status loaded = learning::load_torch(); !loaded) {
    throw UserError(loaded.failure().message);
  }
}

template <class S>
void say_outputs(const PredictRequest& request,
                 const NewInputs& inputs,
                 const models::Network& network,
                 const problems::Model<S>& model) {
  const auto outputs =
      learning::outputs_of<S>(network, inputs.dataset, model, request.config.matmul);
  if (!outputs) {
    throw UserError(outputs.failure().message);
  }
  const data::Dataset& dataset = *inputs.dataset;
  for (std::size_t i = 0; i < outputs.value().size(); ++i) {
    const std::vector<double>& own = outputs.value()[i];
    ordered_json json;
    if (!inputs.texts.empty()) {
      json[dataset.test.image_files ? "file" : "text"] = inputs.texts[i];
    }
    if (dataset.task == data::Task::kRegression) {
      json["values"] = own;
    } else {
      const auto best = std::max_element(own.begin(), own.end()) - own.begin();
      json["class"] = best;
      if (std::cmp_less(best, dataset.class_names.size())) {
        json["name"] = dataset.class_names[static_cast<std::size_t>(best)];
      }
      json["probabilities"] = learning::probabilities_of(own);
    }
    request.line(json);
  }
}

template <class S>
void say_translations(const PredictRequest& request,
                      const NewInputs& inputs,
                      const models::Network& network,
                      const data::Dataset& dataset,
                      const S* x) {
  threads::Pool pool(thread_count(request.config));
  learning::Translator<S> translator(network,
                                     dataset.vocabulary,
                                     beam_settings(request.config, *dataset.vocabulary),
                                     pool.threads());
  const auto run = [&](std::size_t parts, const std::function<void(std::size_t, int)>& task) {
    pool.run(parts, task);
  };
  const std::vector<std::string> translations = translator.translate(x, inputs.tokens, run);
  for (std::size_t i = 0; i < translations.size(); ++i) {
    request.line({{"source", inputs.texts[i]}, {"translation", translations[i]}});
  }
}

template <class S>
void say_continuations(const PredictRequest& request,
                       const NewInputs& inputs,
                       const models::Network& network,
                       const data::Dataset& dataset,
                       const S* x) {
  const auto generator = learning::make_torch_generator<S>(network, dataset.task);
  learning::ContinueSettings settings{.tokens = request.tokens.value_or(kUsualTokens),
                                      .temperature = request.temperature,
                                      .seed = request.config.seed};
  for (std::size_t i = 0; i < inputs.texts.size(); ++i) {
    settings.number = static_cast<std::int64_t>(i);
    const auto tokens = learning::continue_text(inputs.tokens[i], settings, x, *generator);
    request.line(
        {{"text", inputs.texts[i]}, {"continuation", text_of(*dataset.vocabulary, tokens)}});
  }
}

template <class S>
void predict_with(const PredictRequest& request) {
  threads::Pool pool(thread_count(request.config));
  const auto read = make_resources()->dataset(request.config.data, pool);
  if (!read) {
    throw UserError(read.failure().message, code_of(read.failure()));
  }
  const data::Dataset& dataset = *read.value();
  const bool continues = dataset.task == data::Task::kLanguageModel;
  if (!continues && (request.tokens || request.temperature)) {
    throw UserError(
        fmt::format("--tokens and --temperature are for continuations of a text by a "
                    "language model, and '{}' is none",
                    request.config.model.name));
  }
  const models::Network network = make_network(request.config, dataset.form());
  const NewInputs inputs = read_new_inputs(request.config, dataset, request.input);
  const SubjectModel<S> subject =
      model_of<S>(request.subject, request.which, network, request.warn);
  if (inputs.dataset != nullptr) {
    say_outputs<S>(request, inputs, network, subject.model());
    return;
  }
  require_torch();
  const S* x = subject.model().x;
  if (continues) {
    say_continuations(request, inputs, network, dataset, x);
  } else {
    say_translations(request, inputs, network, dataset, x);
  }
}

}  // namespace

void predict(const PredictRequest& request) {
  PredictRequest with_words = request;
  if (is_run(request.subject)) {
    with_words.config = with_vocabulary_of(open_run(request.subject), request.config);
  }
  if (request.config.precision == Precision::kSingle) {
    predict_with<float>(with_words);
  } else {
    predict_with<double>(with_words);
  }
}

}  // namespace murmur::run
